import * as vscode from 'vscode';
import { canonicalPolicy, labelOf, POLICY_FORMS } from '../../analysis/policyLabels.js';
import { isLensError } from '../../base/errors.js';
import type { Lens } from '../lens.js';
import { runAgain } from './runAgain.js';

interface PolicyItem extends vscode.QuickPickItem {
  readonly policy?: string;
}

const TOP_K = [1, 2, 4, 8];
const TOP_P = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/** Lets the user pick the rule that selects experts; a text with a result is run again with it. */
export async function choosePolicy(lens: Lens): Promise<void> {
  const { open, policy } = lens.settings.run();
  const native = lens.runner.modelAt(open.path)?.nativePolicy;
  const picked = await vscode.window.showQuickPick(items(policy, native), { title: 'MoE Lens: Routing Policy', placeHolder: 'How many experts each token gets' });
  const chosen = picked === undefined ? undefined : (picked.policy ?? (await ownPolicy(policy)));
  if (chosen === undefined) return;
  await lens.settings.set('policy', chosen);
  if (lens.target?.result !== undefined) await runAgain(lens);
}

function items(current: string, native: string | undefined): PolicyItem[] {
  const item = (policy: string, detail?: string): PolicyItem => ({
    label: labelOf(policy),
    description: [...(policy === 'native' ? [] : [policy]), ...(policy === current ? ['(current)'] : [])].join(' '),
    policy,
    ...(detail === undefined ? {} : { detail }),
  });
  const listed = [...TOP_K.map((k) => `top-k:${k}`), ...TOP_P.map((p) => `top-p:${p}`)];
  const own = listed.includes(current) || current === 'native' ? [] : [item(current)];
  return [
    item('native', native === undefined ? 'What the checkpoint was trained with' : `What the checkpoint was trained with: ${labelOf(native)}`),
    ...own,
    { label: 'Top-K: the same number for every token', kind: vscode.QuickPickItemKind.Separator },
    ...TOP_K.map((k) => item(`top-k:${k}`)),
    { label: 'Top-P: as many as it takes to reach p', kind: vscode.QuickPickItemKind.Separator },
    ...TOP_P.map((p) => item(`top-p:${p}`)),
    { label: '', kind: vscode.QuickPickItemKind.Separator },
    { label: '$(edit) Own Value...', description: 'for example top-k:3 or top-p:0.35' },
  ];
}

async function ownPolicy(current: string): Promise<string | undefined> {
  const text = await vscode.window.showInputBox({
    title: 'MoE Lens: Routing Policy',
    prompt: POLICY_FORMS,
    value: current,
    validateInput: (value) => problem(value),
  });
  return text === undefined ? undefined : canonicalPolicy(text);
}

function problem(value: string): string | undefined {
  try {
    canonicalPolicy(value);
    return undefined;
  } catch (error) {
    if (isLensError(error)) return error.sentence;
    throw error;
  }
}

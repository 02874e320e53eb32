import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { canonicalPolicy, labelOf, POLICY_FORMS } from '../../analysis/policyLabels.js';
import { isLensError } from '../../base/errors.js';
import type { ModelInfo } from '../../trace/run.js';
import type { Lens } from '../lens.js';
import { policyChoices, policyWarning } from '../policyChoices.js';
import { readable } from '../settingsRules.js';
import { runAgainAsChosen } from './runAgain.js';

/** An engine that is busy with a run may answer late. */
const PATIENCE_MS = 1000;

interface PolicyItem extends vscode.QuickPickItem {
  readonly policy?: string;
  /** Says something, and can't be chosen. */
  readonly isNote?: boolean;
}

/** Lets the user pick the rule that selects experts; the last text is run again with it. */
export async function choosePolicy(lens: Lens, what?: unknown): Promise<void> {
  const policy = readable(() => lens.settings.policy()); // one that can't be used is mended here: none is current
  const model = await chosenModel(lens);
  const picked = await vscode.window.showQuickPick(items(policy, model), { title: 'MoE Lens: Routing Policy', placeHolder: 'How many experts each token gets' });
  if (picked?.isNote === true) return;
  const chosen = picked === undefined ? undefined : (picked.policy ?? (await ownPolicy(policy, model)));
  if (chosen === undefined) return;
  await lens.settings.set('policy', chosen);
  await runAgainAsChosen(lens, what);
}

/** The model that the policy is for, as far as that is known soon: policies can be chosen without it. */
async function chosenModel(lens: Lens): Promise<ModelInfo | undefined> {
  const path = readable(() => lens.settings.model())?.path;
  if (path === undefined) return undefined;
  if (lens.models.modelAt(path) === undefined) await Promise.race([lens.chosen.read(), sleep(PATIENCE_MS)]);
  return lens.models.modelAt(path);
}

function items(current: string | undefined, model: ModelInfo | undefined): PolicyItem[] {
  const item = (policy: string, detail?: string): PolicyItem => ({
    label: labelOf(policy),
    description: [...(policy === 'native' ? [] : [policy]), ...(policy === current ? ['(current)'] : [])].join(' '),
    policy,
    ...(detail === undefined ? {} : { detail }),
  });
  const native = model?.nativePolicy;
  const { topK, topP } = policyChoices(model);
  const isListed = current === undefined || ['native', ...topK, ...topP].includes(current);
  const trained = item('native', native === undefined ? 'What the checkpoint was trained with' : `What the checkpoint was trained with: ${labelOf(native)}`);
  if (model?.nativeOnly !== undefined) return [trained, { label: '$(info) No other policy is faithful to this model', detail: model.nativeOnly, isNote: true }];
  return [
    trained,
    ...(isListed ? [] : [item(current)]),
    { label: 'Top-K: the same number for every token', kind: vscode.QuickPickItemKind.Separator },
    ...topK.map((policy) => item(policy)),
    { label: 'Top-P: as many as it takes to reach p', kind: vscode.QuickPickItemKind.Separator },
    ...topP.map((policy) => item(policy)),
    { label: '', kind: vscode.QuickPickItemKind.Separator },
    { label: '$(edit) Own Value...', description: 'for example top-k:3 or top-p:0.35' },
  ];
}

async function ownPolicy(current: string | undefined, model: ModelInfo | undefined): Promise<string | undefined> {
  const text = await vscode.window.showInputBox({
    title: 'MoE Lens: Routing Policy',
    prompt: POLICY_FORMS,
    ...(current === undefined ? {} : { value: current }),
    validateInput: (value) => problem(value, model),
  });
  return text === undefined ? undefined : canonicalPolicy(text);
}

/** An error, which can't be taken, or a warning, which can. */
function problem(value: string, model: ModelInfo | undefined): string | vscode.InputBoxValidationMessage | undefined {
  try {
    const message = policyWarning(canonicalPolicy(value), model);
    return message === undefined ? undefined : { message, severity: vscode.InputBoxValidationSeverity.Warning };
  } catch (error) {
    if (isLensError(error)) return error.sentence;
    throw error;
  }
}

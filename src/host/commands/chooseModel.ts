import * as vscode from 'vscode';
import { bytesText, plural } from '../../analysis/labels.js';
import type { Discovery, FoundModel } from '../../protocol/engineApi.js';
import { withLateProgress } from '../lateProgress.js';
import type { Lens } from '../lens.js';
import { readable } from '../settingsRules.js';
import { runAgainAsChosen } from './runAgain.js';

interface ModelItem extends vscode.QuickPickItem {
  /** The setting's value; undefined for what can't be chosen. */
  readonly path?: string;
  readonly browse?: boolean;
}

/** Lets the user pick a checkpoint among those found, or any folder; the last text is run again with it. */
export async function chooseModel(lens: Lens, what?: unknown): Promise<void> {
  const controller = new AbortController();
  const folders = foldersToLookIn(lens);
  const discovery = await withLateProgress('MoE Lens: Looking for models', controller, (onProgress) => {
    onProgress({ stage: 'Looking', done: 0, total: 0 });
    return lens.engine.discover({ folders }, { signal: controller.signal });
  });
  const picked = await vscode.window.showQuickPick(items(lens, discovery), { title: 'MoE Lens: Model', placeHolder: 'A mixture-of-experts checkpoint on this machine', matchOnDescription: true, matchOnDetail: true });
  const path = picked?.browse === true ? await browse() : picked?.path;
  if (path === undefined) return;
  await lens.settings.set('model', path);
  await runAgainAsChosen(lens, what);
}

/** A list that can't be read is said, and the demo and the caches are still there to choose from. */
function foldersToLookIn(lens: Lens): readonly string[] {
  try {
    return lens.settings.folders();
  } catch (error) {
    lens.notifier.error(error);
    return [];
  }
}

function items(lens: Lens, { found, skipped }: Discovery): ModelItem[] {
  const model = readable(() => lens.settings.model());
  const current = model?.isDemo === true ? '' : model?.path;
  const models = found.map((model) => foundItem(model, current));
  const demo: ModelItem = { label: 'Demo model', description: current === '' ? '(current)' : '', detail: 'Comes with MoE Lens', path: '' };
  const listed = models.some((model) => model.path === '') ? models : [demo, ...models];
  const unlisted = current === undefined || listed.some((model) => model.path === current) ? [] : [{ label: current, description: '(current)', path: current }];
  const separator = (label: string): ModelItem => ({ label, kind: vscode.QuickPickItemKind.Separator });
  return [
    ...listed.sort((a, b) => Number(b.path === '') - Number(a.path === '')),
    ...unlisted,
    separator(''),
    { label: '$(folder-opened) Browse for a Folder...', description: 'with config.json, weights and tokenizer.json', browse: true },
    ...(skipped.length === 0 ? [] : [separator('Found, but can\'t be opened')]),
    ...skipped.map(({ name, path, code, reason }): ModelItem => ({ label: `$(circle-slash) ${name}`, description: code, detail: `${reason} ${path}` })),
  ];
}

function foundItem({ name, path, family, experts, weightBytes, source }: FoundModel, current: string | undefined): ModelItem {
  const value = source === 'demo' ? '' : path;
  return {
    label: source === 'demo' ? `${name} (bundled demo)` : name,
    description: `${family}, ${plural(experts, 'expert')} a layer, ${bytesText(weightBytes)}${value === current ? ' (current)' : ''}`,
    detail: source === 'demo' ? 'Comes with MoE Lens' : path,
    path: value,
  };
}

async function browse(): Promise<string | undefined> {
  const folders = await vscode.window.showOpenDialog({ canSelectFiles: false, canSelectFolders: true, canSelectMany: false, openLabel: 'Use This Model', title: 'A checkpoint: a folder with config.json, weights and tokenizer.json' });
  return folders?.[0]?.fsPath;
}

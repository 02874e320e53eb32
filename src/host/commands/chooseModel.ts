import * as vscode from 'vscode';
import { memoryBudget } from '../../base/memoryBudget.js';
import { withLateProgress } from '../lateProgress.js';
import type { Lens } from '../lens.js';
import { modelRows, type ModelRow } from '../modelRows.js';
import { readable } from '../settingsRules.js';
import { runAgainAsChosen } from './runAgain.js';

interface ModelItem extends vscode.QuickPickItem {
  readonly row?: ModelRow;
  readonly browse?: 'folder' | 'file';
}

/**
 * Lets the user pick a checkpoint among those found, or any folder or GGUF. What it is stands in the panel then; the last text is
 * run again with it.
 */
export async function chooseModel(lens: Lens, what?: unknown): Promise<void> {
  const controller = new AbortController();
  const { backend, nativeFolder, memory } = readable(() => lens.settings.open()) ?? { backend: 'auto', nativeFolder: '', memory: memoryBudget() }; // a model setting that makes no sense is mended here
  const folders = foldersToLookIn(lens);
  const discovery = await withLateProgress('MoE Lens: Looking for models', controller, (onProgress) => {
    onProgress({ stage: 'Looking', done: 0, total: 0 });
    return lens.engine.discover({ folders, backend, nativeFolder, memory }, { signal: controller.signal, onProgress });
  });
  const model = readable(() => lens.settings.model());
  const rows = modelRows(discovery, model?.isDemo === true ? '' : model?.path);
  const picked = await vscode.window.showQuickPick(items(rows), { title: 'MoE Lens: Model', placeHolder: 'A mixture-of-experts checkpoint on this machine', matchOnDescription: true, matchOnDetail: true });
  if (picked?.row?.reason !== undefined) {
    void lens.notifier.info(picked.row.reason);
    return;
  }
  const path = picked?.browse === undefined ? picked?.row?.path : await browse(picked.browse);
  if (path === undefined) return;
  await lens.settings.set('model', path);
  const isRun = await runAgainAsChosen(lens, what);
  if (!isRun) lens.panel.show(true); // there is nothing else yet that tells what was chosen
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

function items({ models, skipped }: ReturnType<typeof modelRows>): ModelItem[] {
  const separator = (label: string): ModelItem => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const toItem = (row: ModelRow): ModelItem => {
    if (row.kind === 'separator') return separator(row.label);
    const { label, description, detail } = row;
    return { label, row, ...(description === undefined ? {} : { description }), ...(detail === undefined ? {} : { detail }) };
  };
  return [
    ...models.map(toItem),
    separator(''),
    { label: '$(folder-opened) Browse for a Folder...', description: 'with config.json, weights and tokenizer', browse: 'folder' },
    { label: '$(file) Browse for a GGUF File...', browse: 'file' },
    ...skipped.map(toItem),
  ];
}

async function browse(kind: 'folder' | 'file'): Promise<string | undefined> {
  const isFile = kind === 'file'; // a dialog can't offer both everywhere
  const chosen = await vscode.window.showOpenDialog({
    canSelectFiles: isFile, canSelectFolders: !isFile, canSelectMany: false, openLabel: 'Use This Model',
    title: isFile ? 'A checkpoint: a GGUF file' : 'A checkpoint: a folder with config.json, weights and tokenizer',
    ...(isFile ? { filters: { GGUF: ['gguf'], 'All files': ['*'] } } : {}),
  });
  return chosen?.[0]?.fsPath;
}

/** The extension: its parts are put together in host/lens.ts, its commands are the table below. */
import * as vscode from 'vscode';
import { analyzeDocument } from './host/commands/analyzeDocument.js';
import { analyzeSelection } from './host/commands/analyzeSelection.js';
import { cancel } from './host/commands/cancel.js';
import { chooseModel } from './host/commands/chooseModel.js';
import { choosePolicy } from './host/commands/choosePolicy.js';
import { clear } from './host/commands/clear.js';
import { comparePolicies } from './host/commands/comparePolicies.js';
import { compareWithClipboard } from './host/commands/compareWithClipboard.js';
import { removeNative } from './host/commands/removeNative.js';
import { runAgain } from './host/commands/runAgain.js';
import { setUpNative } from './host/commands/setUpNative.js';
import { showLog } from './host/commands/showLog.js';
import { showMenu } from './host/commands/showMenu.js';
import { showPanel } from './host/commands/showPanel.js';
import { nextSpan, previousSpan } from './host/commands/stepSpans.js';
import { Lens } from './host/lens.js';

const COMMANDS: Readonly<Record<string, (lens: Lens, what?: unknown) => void | Promise<void>>> = {
  'moeLens.analyzeSelection': analyzeSelection,
  'moeLens.analyzeDocument': analyzeDocument,
  'moeLens.comparePolicies': comparePolicies,
  'moeLens.compareWithClipboard': compareWithClipboard,
  'moeLens.runAgain': runAgain,
  'moeLens.chooseModel': chooseModel,
  'moeLens.choosePolicy': choosePolicy,
  'moeLens.showPanel': showPanel,
  'moeLens.clear': clear,
  'moeLens.cancel': cancel,
  'moeLens.nextSpan': nextSpan,
  'moeLens.previousSpan': previousSpan,
  'moeLens.setUpNative': setUpNative,
  'moeLens.removeNative': removeNative,
  'moeLens.showMenu': showMenu,
  'moeLens.showLog': showLog,
};

let lens: Lens | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const created = new Lens(context);
  lens = created;
  context.subscriptions.push(created);
  for (const [id, command] of Object.entries(COMMANDS)) {
    context.subscriptions.push(vscode.commands.registerCommand(id, async (what?: unknown) => {
      try {
        await command(created, what);
      } catch (error) {
        created.notifier.error(error);
      }
    }));
  }
}

/** Waits for the engine process to end, so that none is left behind. */
export async function deactivate(): Promise<void> {
  await lens?.engine.dispose();
  lens = undefined;
}

import * as vscode from 'vscode';
import type { Lens } from '../lens.js';
import { SET_UP_TITLE } from '../native/nativeText.js';

interface MenuItem extends vscode.QuickPickItem {
  readonly command?: string;
}

/** What a click on the status bar offers: the commands that make sense now. */
export async function showMenu(lens: Lens): Promise<void> {
  const picked = await vscode.window.showQuickPick(items(lens), { title: 'MoE Lens', placeHolder: 'What to do' });
  if (picked?.command !== undefined) await vscode.commands.executeCommand(picked.command);
}

function items(lens: Lens): MenuItem[] {
  const item = (label: string, command: string): MenuItem => ({ label, command: `moeLens.${command}` });
  const session = lens.sessionOf();
  const native = lens.nativeState();
  const isRunning = Array.from(lens.sessions.all).some((each) => each.run !== undefined);
  return [
    ...(isRunning ? [item('$(stop-circle) Cancel the Run', 'cancel')] : []),
    item('$(selection) Analyze Selection', 'analyzeSelection'),
    item('$(file) Analyze Document', 'analyzeDocument'),
    item('$(diff) Compare Top-K and Top-P', 'comparePolicies'),
    item('$(clippy) Compare With Clipboard', 'compareWithClipboard'),
    ...(session?.last === undefined ? [] : [item('$(refresh) Run Again', 'runAgain')]),
    { label: '', kind: vscode.QuickPickItemKind.Separator },
    item('$(package) Choose Model...', 'chooseModel'),
    item('$(settings) Choose Policy...', 'choosePolicy'),
    item('$(open-preview) Show Panel', 'showPanel'),
    ...(session?.result === undefined ? [] : [item('$(arrow-down) Next Top Span', 'nextSpan'), item('$(arrow-up) Previous Top Span', 'previousSpan'), item('$(clear-all) Clear', 'clear')]),
    ...(native.isMissing ? [item(`$(zap) ${SET_UP_TITLE}...`, 'setUpNative')] : []),
    ...(native.isSetUp ? [item('$(trash) Remove Native Acceleration', 'removeNative')] : []),
    item('$(output) Show Log', 'showLog'),
  ];
}

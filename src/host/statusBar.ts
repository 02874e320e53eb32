/** The item in the status bar. */
import * as vscode from 'vscode';
import type { NativeState } from './native/nativeText.js';
import type { NextRun } from './nextRun.js';
import type { Session } from './session.js';
import { SET_UP_COMMAND, statusText } from './statusText.js';

export class StatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('moeLens.status', vscode.StatusBarAlignment.Left, 50);

  constructor() {
    this.item.name = 'MoE Lens';
    this.item.command = 'moeLens.showMenu';
    this.item.show();
  }

  update(session: Session | undefined, next: NextRun, native: NativeState): void {
    const { result } = session ?? {};
    const { text, tooltip, label } = statusText({
      ...next,
      native,
      status: session?.status ?? { kind: 'idle' },
      runs: result?.runs ?? [],
      ...(result === undefined ? {} : { title: result.target.title }),
    });
    this.item.text = text;
    const markdown = new vscode.MarkdownString(tooltip);
    markdown.isTrusted = { enabledCommands: [SET_UP_COMMAND] };
    this.item.tooltip = markdown;
    this.item.accessibilityInformation = { label, role: 'button' };
    this.item.backgroundColor = session?.status.kind === 'error' ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
  }

  dispose(): void {
    this.item.dispose();
  }
}

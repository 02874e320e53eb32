/** Which editor a command means: the panel and the output have no text to analyze. */
import * as vscode from 'vscode';

/** Documents that are shown in text editors and are nobody's text. */
const NOT_TEXT: readonly string[] = ['output', 'comment', 'vscode-scm'];

export class Editors implements vscode.Disposable {
  private last: vscode.TextEditor | undefined;
  private readonly changed = new vscode.EventEmitter<vscode.TextEditor | undefined>();
  readonly onDidChange = this.changed.event;
  private readonly subscription: vscode.Disposable;

  constructor() {
    this.last = usable(vscode.window.activeTextEditor);
    this.subscription = vscode.window.onDidChangeActiveTextEditor((editor) => {
      const next = usable(editor);
      if (next === undefined) return; // the panel has the focus: its text is still meant
      this.last = next;
      this.changed.fire(next);
    });
  }

  /** The editor with the focus, or the one that had it last, if it can still be seen. */
  get current(): vscode.TextEditor | undefined {
    const active = usable(vscode.window.activeTextEditor);
    if (active !== undefined) return active;
    return this.last !== undefined && vscode.window.visibleTextEditors.includes(this.last) ? this.last : undefined;
  }

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }
}

function usable(editor: vscode.TextEditor | undefined): vscode.TextEditor | undefined {
  return editor === undefined || NOT_TEXT.includes(editor.document.uri.scheme) ? undefined : editor;
}

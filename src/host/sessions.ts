/** The sessions of all open documents, and how they follow edits and closing. */
import * as vscode from 'vscode';
import { lineEndingEdits, type Edit } from './edits.js';
import { Session } from './session.js';

/** `edit`: tokens moved, were dropped or came back; `selection`: another token or span, or its details. */
export type Change = 'result' | 'edit' | 'progress' | 'selection';

export class Sessions implements vscode.Disposable {
  private readonly byUri = new Map<string, Session>();
  private readonly changed = new vscode.EventEmitter<{ readonly session: Session; readonly change: Change }>();
  readonly onDidChange = this.changed.event;
  private readonly subscriptions: readonly vscode.Disposable[];

  constructor(private readonly release: (traceIds: readonly number[]) => void) {
    this.subscriptions = [
      vscode.workspace.onDidChangeTextDocument((event) => this.onEdit(event)),
      vscode.workspace.onDidCloseTextDocument((document) => this.drop(document)),
    ];
  }

  get all(): Iterable<Session> {
    return this.byUri.values();
  }

  find(document: vscode.TextDocument | undefined): Session | undefined {
    const session = document === undefined ? undefined : this.byUri.get(document.uri.toString());
    return session?.document === document ? session : undefined;
  }

  of(document: vscode.TextDocument): Session {
    const known = this.find(document);
    if (known !== undefined) return known;
    const session = new Session(document);
    this.byUri.set(document.uri.toString(), session);
    return session;
  }

  fire(session: Session, change: Change): void {
    this.changed.fire({ session, change });
  }

  /** Takes the result away and ends the run that is under way. */
  clear(session: Session): void {
    session.run?.controller.abort();
    this.release(session.traceIds);
    session.run = undefined;
    session.show(undefined);
    session.isCleared = true;
    this.fire(session, 'result');
  }

  dispose(): void {
    for (const session of this.byUri.values()) session.run?.controller.abort();
    for (const subscription of this.subscriptions) subscription.dispose();
    this.changed.dispose();
  }

  private drop(document: vscode.TextDocument): void {
    const session = this.find(document);
    if (session === undefined) return;
    this.byUri.delete(document.uri.toString());
    this.clear(session);
  }

  private onEdit({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const session = this.find(document);
    if (session === undefined) return;
    const edits = this.editsOf(session, contentChanges);
    if (edits.length === 0) return; // only saved or marked dirty
    for (const tracker of session.trackers) {
      tracker.change(edits);
      // can't be, unless a change was not reported: then no token is where it is believed to be
      const length = document.offsetAt(document.lineAt(document.lineCount - 1).range.end);
      if (tracker.documentLength !== length) tracker.change([{ offset: 0, removed: tracker.documentLength, text: document.getText() }]);
    }
    this.fire(session, 'edit');
  }

  private editsOf(session: Session, changes: readonly vscode.TextDocumentContentChangeEvent[]): Edit[] {
    const { document } = session;
    if (document.eol !== session.lineEnding) {
      session.lineEnding = document.eol;
      return lineEndingEdits(document.getText(), document.eol === vscode.EndOfLine.CRLF);
    }
    return changes.map(({ rangeOffset, rangeLength, text }) => ({ offset: rangeOffset, removed: rangeLength, text }));
  }
}

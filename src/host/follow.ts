/** The editor's cursor and the panel's selection follow each other; the commands step through the top spans. */
import * as vscode from 'vscode';
import { meanText } from '../analysis/labels.js';
import { policyPhrase } from '../analysis/policyLabels.js';
import { visibleRange } from '../analysis/words.js';
import type { Details } from './details.js';
import type { Session } from './session.js';
import type { Sessions } from './sessions.js';
import type { Range } from './tracker.js';

/** The cursor rests this long on a token before its details are asked for. */
const REST_MS = 80;
const MESSAGE_MS = 5000;

/** A span is read without the white space around it, which belongs to its first and last token. */
function withoutSpace(document: vscode.TextDocument, { start, end }: Range): Range | undefined {
  const text = document.getText(new vscode.Range(document.positionAt(start), document.positionAt(end)));
  const seen = visibleRange(text, 0, text.length);
  return seen === undefined ? undefined : { start: start + seen.start, end: start + seen.end };
}

export class Follow implements vscode.Disposable {
  private asked: AbortController | undefined;
  private made: { readonly document: vscode.TextDocument; readonly selection: vscode.Selection } | undefined;
  private readonly subscription: vscode.Disposable;

  constructor(private readonly sessions: Sessions, private readonly details: Details) {
    this.subscription = vscode.window.onDidChangeTextEditorSelection(({ textEditor, selections }) => this.onSelection(textEditor, selections));
  }

  dispose(): void {
    this.asked?.abort();
    this.subscription.dispose();
  }

  /** Whether the editor's selection is one that was made here, to show a token or a span: nobody chose it as a text to run. */
  isOwnSelection({ document, selection, selections }: vscode.TextEditor): boolean {
    return selections.length === 1 && this.made?.document === document && this.made.selection.isEqual(selection);
  }

  /** A token was chosen in the panel: the editor selects it, the panel keeps the focus. */
  async revealToken(session: Session, token: number): Promise<void> {
    this.select(session, token);
    const range = session.result?.tracker.range(token);
    if (range !== undefined) await this.reveal(session, range);
  }

  /** Goes to a span by its rank, 0 for the one that took the most experts. */
  async revealSpan(session: Session, rank: number): Promise<void> {
    const first = session.result?.runs[0];
    const spans = first?.spans ?? [];
    const span = spans[rank];
    if (first === undefined || span === undefined) return;
    session.selectedSpan = rank;
    this.sessions.fire(session, 'selection');
    const tokens = session.result?.tracker.rangeOf(span.first, span.last);
    const range = tokens === undefined ? undefined : withoutSpace(session.document, tokens);
    if (range === undefined) {
      vscode.window.setStatusBarMessage(`Span ${rank + 1} of ${spans.length} was edited since the run`, MESSAGE_MS);
      return;
    }
    this.select(session, span.first);
    await this.reveal(session, range);
    vscode.window.setStatusBarMessage(`Span ${rank + 1} of ${spans.length}: ${meanText(span.count)} experts a token, ${policyPhrase(first.run)}`, MESSAGE_MS);
  }

  /** `direction` 1: the next in rank, -1: the one before; around at the ends. */
  async step(session: Session, direction: 1 | -1): Promise<void> {
    const count = session.result?.runs[0].spans.length ?? 0;
    if (count === 0) {
      vscode.window.setStatusBarMessage('No span of this text took more experts than the rest', MESSAGE_MS);
      return;
    }
    const start = session.selectedSpan ?? (direction === 1 ? -1 : count);
    await this.revealSpan(session, (start + direction + count) % count);
  }

  private onSelection(editor: vscode.TextEditor, selections: readonly vscode.Selection[]): void {
    const session = this.sessions.find(editor.document);
    const tracker = session?.result?.tracker;
    const [selection] = selections;
    if (session === undefined || tracker === undefined || selection === undefined || selections.length > 1) return;
    const start = editor.document.offsetAt(selection.start);
    const end = editor.document.offsetAt(selection.end);
    // tokens can share a character: the one that is selected already stays
    const current = session.selectedToken === undefined ? undefined : tracker.range(session.selectedToken);
    const holds = current !== undefined && current.start <= start && start < current.end;
    const token = holds ? session.selectedToken : tracker.tokenAt(start);
    const range = token === undefined ? undefined : tracker.range(token);
    const within = selection.isEmpty || (range !== undefined && end <= range.end);
    if (within && token !== session.selectedToken) this.select(session, token);
  }

  private select(session: Session, token: number | undefined): void {
    if (token === session.selectedToken && session.details.length > 0) return;
    session.selectedToken = token;
    session.details = [];
    this.sessions.fire(session, 'selection');
    this.asked?.abort();
    if (token === undefined) return;
    const asked = new AbortController();
    this.asked = asked;
    setTimeout(() => void this.ask(session, token, asked.signal), REST_MS);
  }

  private async ask(session: Session, token: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { result } = session;
    const details = await this.details.of(session, token, signal);
    if (signal.aborted || session.result !== result || session.selectedToken !== token) return;
    session.details = details;
    this.sessions.fire(session, 'selection');
  }

  private async reveal({ document }: Session, { start, end }: { readonly start: number; readonly end: number }): Promise<void> {
    const shown = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
    const editor = shown ?? (await vscode.window.showTextDocument(document, { preserveFocus: true, viewColumn: vscode.ViewColumn.One }));
    const selection = new vscode.Selection(document.positionAt(start), document.positionAt(end));
    this.made = { document, selection };
    editor.selection = selection;
    editor.revealRange(selection, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  }
}

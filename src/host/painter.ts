/** Paints the marks of a document's result in every editor that shows it, in slices, never on other text. */
import * as vscode from 'vscode';
import { createDecorationTypes } from './decorationTypes.js';
import type { InlineMark } from './inlineMarks.js';
import type { Notifier } from './notifier.js';
import type { Session } from './session.js';
import type { Sessions } from './sessions.js';
import type { Settings } from './settings.js';
import { inSlices, nextTurn } from './slices.js';

/** A burst of edits: while it lasts VS Code moves the decorations itself, exactly, whereas ranges from here would come late. */
const BURST_MS = 100;

export class Painter implements vscode.Disposable {
  private readonly types = createDecorationTypes();
  /** The number of the latest painting of each editor: an earlier one that is still under way gives up. */
  private readonly latest = new WeakMap<vscode.TextEditor, number>();
  private readonly timers = new Map<Session, NodeJS.Timeout>();
  private readonly subscriptions: readonly { dispose(): unknown }[];
  /** Few labels, used by many tokens: one object each, so that VS Code makes one style rule each. */
  private readonly labels = new Map<string, vscode.DecorationInstanceRenderOptions>();
  private count = 0;

  constructor(private readonly sessions: Sessions, private readonly settings: Settings, private readonly notifier: Notifier) {
    this.subscriptions = [
      this.types,
      sessions.onDidChange(({ session, change }) => {
        if (change === 'result') this.paintDocument(session);
        if (change === 'edit') this.paintAfterEdit(session);
      }),
      vscode.window.onDidChangeVisibleTextEditors((editors) => editors.forEach((editor) => this.latest.has(editor) || this.start(editor))),
      settings.onDidChange((affects) => {
        if (affects('inline')) this.paintAll();
      }),
    ];
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private paintAll(): void {
    for (const editor of vscode.window.visibleTextEditors) this.start(editor);
  }

  private paintDocument(session: Session): void {
    clearTimeout(this.timers.get(session));
    this.timers.delete(session);
    for (const editor of vscode.window.visibleTextEditors) if (editor.document === session.document) this.start(editor);
  }

  /** At the first edit at once (what it touched loses its number), then when the burst is over. */
  private paintAfterEdit(session: Session): void {
    const inBurst = this.timers.has(session);
    if (!inBurst) this.paintDocument(session);
    clearTimeout(this.timers.get(session));
    this.timers.set(session, setTimeout(() => this.paintDocument(session), BURST_MS));
  }

  private start(editor: vscode.TextEditor): void {
    if (!this.latest.has(editor) && this.sessions.find(editor.document) === undefined) return; // nothing to paint, nothing to take away
    this.paint(editor).catch((error: unknown) => this.notifier.error(error));
  }

  private async paint(editor: vscode.TextEditor): Promise<void> {
    const number = ++this.count;
    this.latest.set(editor, number);
    const { document } = editor;
    const { version } = document;
    const session = this.sessions.find(document);
    // ranges are those of one version of the document: an edit starts another painting
    const isOver = (): boolean => this.latest.get(editor) !== number || document.version !== version;
    const { enabled, unit } = this.settings.inline();
    if (session?.result !== undefined) await nextTurn(); // what has brought the result ends first
    if (isOver()) return;
    const isStale = session?.isStale ?? false;
    const marks = session === undefined || !enabled ? [] : session.marks(unit);
    const ranges = new Map<vscode.TextEditorDecorationType, vscode.DecorationOptions[]>([...this.types.heat, this.types.stale, this.types.difference, this.types.ruler].map((type) => [type, []]));
    const done = await inSlices(marks, (mark) => session !== undefined && this.add(ranges, session, mark, isStale), isOver);
    if (!done) return;
    ranges.set(this.types.ruler, session === undefined || isStale ? [] : this.spans(session));
    for (const [type, options] of ranges) {
      editor.setDecorations(type, options);
      await nextTurn();
      if (isOver()) return;
    }
  }

  private add(ranges: ReadonlyMap<vscode.TextEditorDecorationType, vscode.DecorationOptions[]>, session: Session, mark: InlineMark, isStale: boolean): void {
    const range = this.rangeOf(session, mark.first, mark.last, mark.lead, mark.trail);
    if (range === undefined) return;
    const type = isStale ? this.types.stale : this.types.heat[mark.level];
    if (type !== undefined) ranges.get(type)?.push({ range, renderOptions: this.label(mark.label, mark.differs && !isStale) });
    if (mark.differs && !isStale) ranges.get(this.types.difference)?.push({ range });
  }

  private spans(session: Session): vscode.DecorationOptions[] {
    const spans = session.result?.runs[0].spans ?? [];
    return spans.map((span) => this.rangeOf(session, span.first, span.last, 0, 0)).filter((range) => range !== undefined).map((range) => ({ range }));
  }

  private rangeOf({ document, result }: Session, first: number, last: number, lead: number, trail: number): vscode.Range | undefined {
    const range = result?.tracker.rangeOf(first, last);
    return range === undefined ? undefined : new vscode.Range(document.positionAt(range.start + lead), document.positionAt(range.end - trail));
  }

  private label(text: string, differs: boolean): vscode.DecorationInstanceRenderOptions {
    const key = `${text}${differs ? '!' : ''}`;
    const known = this.labels.get(key);
    if (known !== undefined) return known;
    const options = { after: { contentText: text, ...(differs ? { color: new vscode.ThemeColor('moeLens.differenceForeground'), fontWeight: 'bold' } : {}) } };
    this.labels.set(key, options);
    return options;
  }
}

/** All that is known about one open document: its result, the run that is under way, what is selected. */
import type * as vscode from 'vscode';
import type { Comparison } from '../analysis/compare.js';
import type { LensError } from '../base/errors.js';
import type { Progress } from '../protocol/engineApi.js';
import type { PanelResult, PanelStatus } from '../protocol/panelApi.js';
import type { TokenDetail } from '../trace/run.js';
import { inlineMarks, type InlineMark, type InlineUnit } from './inlineMarks.js';
import type { AnalysedText } from './panelState.js';
import type { RunKind, Target } from './target.js';
import type { Tracker } from './tracker.js';

export interface Result extends AnalysedText {
  readonly target: Target;
  readonly kind: RunKind;
  readonly tracker: Tracker;
  readonly comparison?: Comparison;
  /** The clipboard's text, run beside the selection. */
  readonly variant?: AnalysedText;
  readonly panel: PanelResult;
}

export interface ActiveRun {
  readonly controller: AbortController;
  readonly tracker: Tracker;
  readonly target: Target;
  readonly kind: RunKind;
  progress: Progress;
}

export class Session {
  result: Result | undefined;
  run: ActiveRun | undefined;
  error: LensError | undefined;
  /** What the last run was asked, to run it again: also one that failed. */
  last: { readonly target: Target; readonly kind: RunKind; readonly tracker: Tracker } | undefined;
  /** Its result was taken away: the last run is not run again by another model or policy, only on demand. */
  isCleared = false;
  selectedToken: number | undefined;
  selectedSpan: number | undefined;
  details: readonly TokenDetail[] = [];
  /** The engine that made the result has ended: its details can't be asked for. */
  tracesGone = false;
  /** How line breaks were when the document was last looked at. */
  lineEnding: vscode.EndOfLine;
  private marked: { readonly result: Result; readonly unit: InlineUnit; readonly marks: readonly InlineMark[] } | undefined;

  constructor(readonly document: vscode.TextDocument) {
    this.lineEnding = document.eol;
  }

  get isStale(): boolean {
    if (this.result === undefined) return false;
    const { target, tracker } = this.result;
    return !tracker.isFresh || (target.whole && !this.isWhole(tracker));
  }

  get status(): PanelStatus {
    if (this.run !== undefined) return { kind: 'running', ...this.run.progress };
    if (this.error !== undefined) return { kind: 'error', code: this.error.code, message: this.error.message, hint: this.error.hint, stale: this.isStale };
    if (this.result === undefined) return { kind: 'idle' };
    if (this.isStale) return { kind: 'stale' };
    return this.tracesGone ? { kind: 'detached' } : { kind: 'fresh' };
  }

  /** Trackers that follow the document's edits: the result's, that of a run under way, that of the last one asked for. */
  get trackers(): ReadonlySet<Tracker> {
    return new Set([this.result?.tracker, this.run?.tracker, this.last?.tracker].filter((tracker) => tracker !== undefined));
  }

  get traceIds(): readonly number[] {
    return this.result === undefined ? [] : [...this.result.runs, ...(this.result.variant?.runs ?? [])].map(({ run }) => run.traceId);
  }

  /** The inline marks of the result, made once. */
  marks(unit: InlineUnit): readonly InlineMark[] {
    const { result } = this;
    const placed = result?.tracker.placed;
    if (result === undefined || placed === undefined) return [];
    if (this.marked?.result !== result || this.marked.unit !== unit) {
      this.marked = { result, unit, marks: inlineMarks({ text: result.text, placed, runs: result.runs, comparison: result.comparison }, unit) };
    }
    return this.marked.marks;
  }

  /** Whether what was analysed is still all of the document: text before or after it is not an edit inside it. */
  private isWhole(tracker: Tracker): boolean {
    const [range] = tracker.ranges;
    const end = this.document.lineAt(this.document.lineCount - 1).range.end;
    return range?.start === 0 && range.end === this.document.offsetAt(end);
  }

  show(result: Result | undefined): void {
    this.result = result;
    this.error = undefined;
    this.selectedToken = undefined;
    this.selectedSpan = undefined;
    this.details = [];
    this.tracesGone = false;
  }
}

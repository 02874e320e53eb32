/**
 * Keeps the tokens of an analysed text on their own characters while the document is edited. A token that an
 * edit touches is dropped, the others move exactly; the text is stale as soon as it differs from what was
 * analysed, and fresh again, with all its tokens, once undo has brought the same text back.
 */
import { fromTheEnd, moveRanges, withoutCommonEnds, type Edit } from './edits.js';
import { placeTokens, type Placement, type Segment } from './segments.js';
import { SegmentTracker } from './segmentTracker.js';

export interface Range {
  readonly start: number;
  readonly end: number;
}

export class Tracker {
  private readonly parts: readonly SegmentTracker[];
  /** The document as it was analysed. */
  private readonly analysed: string;
  /** Edits before the tokens were known: the run was still under way. */
  private early: Edit[] = [];
  private placement: Placement | undefined;
  /** Where the tokens are now, in document offsets. */
  private starts = new Int32Array(0);
  private ends = new Int32Array(0);
  private alive = new Uint8Array(0);

  /** @param text the whole document as it was when the segments were taken from it; a copy is kept in step, since VS Code does not say what an edit removed */
  constructor(readonly segments: readonly Segment[], private text: string) {
    this.analysed = text;
    this.parts = segments.map((segment) => new SegmentTracker(segment));
  }

  get isFresh(): boolean {
    return this.parts.every((part) => part.isIntact);
  }

  /** Where the analysed parts are now; of one that was edited, the stretch that holds what became of it. */
  get ranges(): readonly Range[] {
    return this.parts.map(({ start, end }) => ({ start, end }));
  }

  /** The tokens cut to their segments, in offsets of the analysed text. */
  get placed(): Placement | undefined {
    return this.placement;
  }

  /** Gives the tokens (offsets into the analysed text) once the run has ended; edits since its start are applied to them. */
  attach(tokenStarts: ArrayLike<number>, tokenEnds: ArrayLike<number>): void {
    this.placement = placeTokens(this.segments, tokenStarts, tokenEnds);
    this.starts = new Int32Array(tokenStarts.length);
    this.ends = new Int32Array(tokenStarts.length);
    this.alive = new Uint8Array(tokenStarts.length);
    this.segments.forEach((segment, index) => this.restore(index, segment.start));
    for (const edit of this.early) moveRanges(edit, this.starts, this.ends, this.alive);
    this.early = [];
    this.parts.forEach((part, index) => {
      if (part.isIntact) this.restore(index, part.start);
    });
  }

  /** Length of the document as this has followed it. */
  get documentLength(): number {
    return this.text.length;
  }

  /**
   * One change of the document, `edits` in offsets before it. True if a token was dropped or came back, or if the
   * text has become stale or fresh.
   */
  change(edits: readonly Edit[]): boolean {
    const wasFresh = this.isFresh;
    const before = this.text;
    let changed = false;
    for (const raw of fromTheEnd(edits)) {
      const edit = withoutCommonEnds(raw, this.text);
      for (const part of this.parts) part.apply(edit, before);
      if (this.placement === undefined) this.early.push(edit);
      else changed = moveRanges(edit, this.starts, this.ends, this.alive) || changed;
      this.text = this.text.slice(0, edit.offset) + edit.text + this.text.slice(edit.offset + edit.removed);
    }
    changed = this.recover() || changed;
    return changed || wasFresh !== this.isFresh;
  }

  /** Where a token is now; undefined if it was edited or is not in the document. */
  range(token: number): Range | undefined {
    if (this.alive[token] !== 1) return undefined;
    return { start: this.starts[token] ?? 0, end: this.ends[token] ?? 0 };
  }

  /**
   * Where the tokens first to last are now: undefined if one of them was edited, or if something came between
   * them (within one segment, that is: between two there may be anything).
   */
  rangeOf(first: number, last: number): Range | undefined {
    const placement = this.placement;
    if (placement === undefined) return undefined;
    const tokens = Array.from({ length: last - first + 1 }, (_, i) => first + i).filter((t) => (placement.segment[t] ?? -1) >= 0);
    if (tokens.length === 0 || tokens.some((t) => this.alive[t] === 0)) return undefined;
    const now = hull(tokens, this.starts, this.ends);
    const then = hull(tokens, placement.starts, placement.ends);
    const oneSegment = tokens.every((t) => placement.segment[t] === placement.segment[tokens[0] ?? 0]);
    return oneSegment && now.end - now.start !== then.end - then.start ? undefined : now;
  }

  /** The token at an offset: the one that holds the character after it, else the one that ends there. */
  tokenAt(offset: number): number | undefined {
    let ending: number | undefined;
    for (let t = 0; t < this.alive.length; t++) {
      if (this.alive[t] === 0) continue;
      const start = this.starts[t] ?? 0;
      const end = this.ends[t] ?? 0;
      if (start <= offset && offset < end) return t;
      if (end === offset) ending = t;
    }
    return ending;
  }

  private recover(): boolean {
    let found = false;
    // Of two equal characters side by side undo may take the other one than was typed, which no part can follow by its edits alone.
    const isAsAnalysed = this.text === this.analysed;
    this.parts.forEach((part, index) => {
      if (!(isAsAnalysed ? part.reset() : part.recover(this.text, this.hint(index)))) return;
      this.restore(index, part.start);
      found = true;
    });
    return found;
  }

  /** Where a segment begins according to its surviving tokens; undefined if there is none, or if they disagree. */
  private hint(index: number): number | undefined {
    const { placement } = this;
    const textStart = this.segments[index]?.textStart ?? 0;
    let hint: number | undefined;
    for (let t = 0; placement !== undefined && t < this.alive.length; t++) {
      if (this.alive[t] === 0 || placement.segment[t] !== index) continue;
      const says = (this.starts[t] ?? 0) - ((placement.starts[t] ?? 0) - textStart);
      if (hint !== undefined && says !== hint) return undefined;
      hint = says;
    }
    return hint;
  }

  /** Puts all tokens of a segment that begins at `start` in their places. */
  private restore(index: number, start: number): void {
    const placement = this.placement;
    if (placement === undefined) return;
    const shift = start - (this.segments[index]?.textStart ?? 0);
    for (let t = 0; t < this.alive.length; t++) {
      if (placement.segment[t] !== index) continue;
      this.starts[t] = (placement.starts[t] ?? 0) + shift;
      this.ends[t] = (placement.ends[t] ?? 0) + shift;
      this.alive[t] = 1;
    }
  }
}

function hull(tokens: readonly number[], starts: Int32Array, ends: Int32Array): Range {
  return { start: Math.min(...tokens.map((t) => starts[t] ?? 0)), end: Math.max(...tokens.map((t) => ends[t] ?? 0)) };
}

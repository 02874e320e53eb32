/** Follows one analysed part of a document through edits, and recognises it when undo brings it back. */
import type { Edit } from './edits.js';
import type { Segment } from './segments.js';

/**
 * Untouched, the stretch [low, high) is exactly the segment. An edit that touches it makes it grow to hold all that
 * edits have made of it, and the document before that edit is remembered: undo ends there.
 */
export class SegmentTracker {
  private low: number;
  private high: number;
  /** The document before the segment was touched, and where the segment was; undefined while untouched. */
  private origin: { readonly document: string; readonly start: number } | undefined;
  /** Where the text of a touched segment begins all the same; undefined while it reads differently. */
  private found: number | undefined;

  constructor(readonly segment: Segment) {
    this.low = segment.start;
    this.high = segment.end;
  }

  /** Whether the document has the segment's text, in its place. */
  get isIntact(): boolean {
    return this.origin === undefined || this.found !== undefined;
  }

  get start(): number {
    return this.found ?? this.low;
  }

  get end(): number {
    return this.found === undefined ? this.high : this.found + this.segment.text.length;
  }

  /** One edit of a change; `before` is the document before the whole change, whose edits come from the end backwards. */
  apply({ offset, removed, text }: Edit, before: string): void {
    const to = offset + removed;
    const shift = text.length - removed;
    // at the edges of the segment's own text an edit is outside; at those of a grown stretch it may be an undo
    const touched = this.origin !== undefined;
    if (touched ? to < this.low : to <= this.low) {
      this.low += shift;
      this.high += shift;
    } else if (touched ? offset <= this.high : offset < this.high) {
      this.origin ??= { document: before, start: this.low };
      this.found = undefined; // the edit may have taken a token of what was found
      this.low = Math.min(this.low, offset);
      this.high = Math.max(this.high, to) + shift;
    }
  }

  /** The document reads as when the segment was taken from it, so the segment is where it was. True if it was elsewhere, or touched. */
  reset(): boolean {
    const isElsewhere = !this.isIntact || this.start !== this.segment.start;
    this.low = this.segment.start;
    this.high = this.segment.end;
    this.origin = undefined;
    this.found = undefined;
    return isElsewhere;
  }

  /**
   * After a change: is the segment's text there again? Either undo has brought back the document, or all tokens
   * that have survived say that the segment begins at `hint`, and it does. True if it is there and was not.
   */
  recover(now: string, hint: number | undefined): boolean {
    if (this.origin === undefined) return false;
    const { text } = this.segment;
    if (now === this.origin.document) {
      this.low = this.origin.start;
      this.high = this.low + text.length;
      this.origin = undefined;
      this.found = undefined;
      return true;
    }
    const was = this.found;
    // only in what edits have made of the segment: the same letters beside it are other text
    const isWithin = hint !== undefined && this.low <= hint && hint + text.length <= this.high;
    this.found = isWithin && now.startsWith(text, hint) ? hint : undefined;
    return this.found !== undefined && was === undefined;
  }
}

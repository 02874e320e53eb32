/** Follows one analysed part of a document through edits, and recognises it when undo brings it back. */
import type { Edit } from './edits.js';
import type { Segment } from './segments.js';

/** The document's text between two offsets, as it is now. */
export type Read = (start: number, end: number) => string;

/**
 * Untouched, the stretch [low, high) is exactly the segment. An edit that touches it makes it grow to hold all that
 * the edit has changed; `lead` and `tail` count how much of what was around the segment it holds since then. So
 * after a complete undo the segment is exactly the stretch without its lead and tail.
 */
export class SegmentTracker {
  private low: number;
  private high: number;
  private lead = 0;
  private tail = 0;
  private touched = false;
  /** Where the text of a touched segment begins; undefined while it reads differently. */
  private found: number | undefined;

  constructor(readonly segment: Segment) {
    this.low = segment.start;
    this.high = segment.end;
  }

  /** Whether the document has the segment's text, in its place. */
  get isIntact(): boolean {
    return !this.touched || this.found !== undefined;
  }

  get start(): number {
    return this.found ?? this.low;
  }

  get end(): number {
    return this.found === undefined ? this.high : this.found + this.segment.text.length;
  }

  apply({ offset, removed, inserted }: Edit): void {
    const to = offset + removed;
    const shift = inserted - removed;
    // at the edges of the segment's own text the edit is outside; at those of a grown stretch it may be an undo
    if (this.touched ? to < this.low : to <= this.low) {
      this.low += shift;
      this.high += shift;
    } else if (this.touched ? offset <= this.high : offset < this.high) {
      this.lead += Math.max(0, this.low - offset);
      this.tail += Math.max(0, to - this.high);
      this.low = Math.min(this.low, offset);
      this.high = Math.max(this.high, to) + shift;
      this.touched = true;
    }
  }

  /**
   * After an edit: is the segment's text there again? Either undo has brought it back, or all tokens that have
   * survived say that it begins at `hint` and it does. True if it is there and was not.
   */
  recover(read: Read, hint: number | undefined): boolean {
    if (!this.touched) return false;
    const before = this.found;
    const around = read(this.low, this.high);
    const { text } = this.segment;
    if (around.length === this.lead + text.length + this.tail && around.startsWith(text, this.lead)) {
      this.low += this.lead;
      this.high = this.low + text.length;
      this.lead = 0;
      this.tail = 0;
      this.touched = false;
      this.found = undefined;
      return true;
    }
    this.found = hint !== undefined && hint >= this.low && around.startsWith(text, hint - this.low) ? hint : undefined;
    return this.found !== undefined && before === undefined;
  }
}

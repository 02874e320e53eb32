/** Follows one analysed part of a document through edits, and recognises it when undo brings it back. */
import type { Edit } from './edits.js';
import type { Segment } from './segments.js';

/** The document's text between two offsets, as it is now. */
export type Read = (start: number, end: number) => string;

export class SegmentTracker {
  /** Intact: exactly the segment. Else: a stretch that holds whatever became of it, grown by every edit that touches it. */
  private low: number;
  private high: number;
  private intact = true;
  /** How far into the stretch the segment began when it was last intact: after a complete undo it begins there again. */
  private lead = 0;

  constructor(readonly segment: Segment) {
    this.low = segment.start;
    this.high = segment.end;
  }

  get isIntact(): boolean {
    return this.intact;
  }

  get start(): number {
    return this.low;
  }

  get end(): number {
    return this.high;
  }

  apply({ offset, removed, inserted }: Edit): void {
    const to = offset + removed;
    const shift = inserted - removed;
    const before = this.intact ? to <= this.low : to < this.low;
    const after = this.intact ? offset >= this.high : offset > this.high;
    if (before) {
      this.low += shift;
      this.high += shift;
    } else if (!after) {
      this.lead += Math.max(0, this.low - offset);
      this.low = Math.min(this.low, offset);
      this.high = Math.max(this.high, to) + shift;
      this.intact = false;
    }
  }

  /**
   * Looks for the segment's own text in its stretch, between `from` and `to`. `hint` is where it would begin
   * according to a token that has survived. True if the segment is intact again.
   */
  recover(read: Read, hint: number | undefined, from: number, to: number): boolean {
    const low = Math.max(this.low, from);
    const high = Math.min(this.high, to);
    const { text } = this.segment;
    if (high - low < text.length) return false;
    const around = read(low, high);
    const known = [this.low + this.lead, hint].find((start) => start !== undefined && start >= low && around.startsWith(text, start - low));
    const start = known ?? (around.includes(text) ? low + around.indexOf(text) : undefined);
    if (start === undefined) return false;
    this.low = start;
    this.high = start + text.length;
    this.lead = 0;
    this.intact = true;
    return true;
  }
}

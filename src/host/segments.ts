/** Which parts of a document make up the analysed text, and where in the document its tokens are. */

/** A part of the document as it was when the run began, in UTF-16 offsets of the document. */
export interface Segment {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Where this part begins in the analysed text. */
  readonly textStart: number;
}

export interface Selected {
  readonly text: string;
  readonly segments: readonly Segment[];
}

/** Parts of a document in reading order, joined by a line break as one text. Empty parts are left out. */
export function joinParts(parts: readonly { readonly start: number; readonly text: string }[], lineBreak: string): Selected {
  const segments: Segment[] = [];
  let text = '';
  for (const part of [...parts].sort((a, b) => a.start - b.start)) {
    if (part.text === '') continue;
    if (segments.length > 0) text += lineBreak;
    segments.push({ start: part.start, end: part.start + part.text.length, text: part.text, textStart: text.length });
    text += part.text;
  }
  return { text, segments };
}

/** Tokens cut to the segment they lie in. All arrays [T]; `segment` is -1 for a token that is nowhere in the document. */
export interface Placement {
  readonly segment: Int32Array;
  /** UTF-16 offsets into the analysed text. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/**
 * Gives every token the first segment that it shares a character with, and cuts it to that: a token over the
 * line break between two segments belongs to one of them only. Tokens in no order are fine.
 */
export function placeTokens(segments: readonly Segment[], starts: ArrayLike<number>, ends: ArrayLike<number>): Placement {
  const placement = { segment: new Int32Array(starts.length).fill(-1), starts: new Int32Array(starts.length), ends: new Int32Array(starts.length) };
  for (let t = 0; t < starts.length; t++) {
    const start = starts[t] ?? 0;
    const end = ends[t] ?? 0;
    if (end <= start) continue;
    const index = firstEndingAfter(segments, start);
    const segment = segments[index];
    if (segment === undefined || segment.textStart >= end) continue;
    placement.segment[t] = index;
    placement.starts[t] = Math.max(start, segment.textStart);
    placement.ends[t] = Math.min(end, segment.textStart + segment.text.length);
  }
  return placement;
}

function firstEndingAfter(segments: readonly Segment[], offset: number): number {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const segment = segments[middle];
    if (segment !== undefined && segment.textStart + segment.text.length > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}

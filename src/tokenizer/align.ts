import type { Encoding } from './encoding.js';

/**
 * Text on its way to the model, with where every UTF-16 unit of it came from: unit i stands for
 * [starts[i], ends[i]) of the source text, in UTF-16 units. Empty for what the source does not hold (a `▁` put in
 * front); shared by all units of a character (a surrogate pair, the bytes of a byte-level text).
 */
export interface Piece {
  readonly text: string;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** Changes the text before it is split; applied to each stretch between added tokens. */
export type Normalizer = (piece: Piece) => Piece;

/** The source itself. A lone surrogate, which has no UTF-8, becomes U+FFFD and keeps its one unit. */
export function sourcePiece(source: string): Piece {
  const text = source.replace(/\p{Surrogate}/gu, '\ufffd');
  const starts = new Int32Array(text.length);
  const ends = new Int32Array(text.length);
  for (let i = 0; i < text.length; i++) {
    starts[i] = i;
    ends[i] = i + 1;
    if (isHighSurrogate(text.charCodeAt(i))) {
      ends[i] = i + 2;
      starts[i + 1] = i;
      ends[i + 1] = i + 2;
      i++;
    }
  }
  return { text, starts, ends };
}

export function slicePiece(piece: Piece, from: number, to: number): Piece {
  if (from === 0 && to === piece.text.length) return piece;
  return { text: piece.text.slice(from, to), starts: piece.starts.subarray(from, to), ends: piece.ends.subarray(from, to) };
}

/** Collects the output of a transformation. */
export class PieceBuilder {
  private text = '';
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];

  /** Adds text of which every unit stands for [start, end) of the source. */
  add(text: string, start: number, end: number): void {
    this.text += text;
    for (let i = 0; i < text.length; i++) {
      this.starts.push(start);
      this.ends.push(end);
    }
  }

  /** Adds units [from, to) of a piece unchanged. */
  copy(piece: Piece, from: number, to: number): void {
    this.text += piece.text.slice(from, to);
    for (let i = from; i < to; i++) {
      this.starts.push(piece.starts[i]);
      this.ends.push(piece.ends[i]);
    }
  }

  build(): Piece {
    return { text: this.text, starts: Int32Array.from(this.starts), ends: Int32Array.from(this.ends) };
  }
}

/** `prefix` put in front of a piece: it takes nothing from the source. An empty piece stays empty, as in the reference. */
export function prepend(piece: Piece, prefix: string): Piece {
  if (piece.text === '') return piece;
  const out = new PieceBuilder();
  out.add(prefix, piece.starts[0], piece.starts[0]);
  out.copy(piece, 0, piece.text.length);
  return out.build();
}

/** The tokens of one text, as they are found. */
export class TokenSpans {
  private readonly ids: number[] = [];
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];

  /** Adds a token made of units [from, to) of a piece. */
  add(id: number, piece: Piece, from: number, to: number): void {
    const start = piece.starts[from];
    const end = piece.ends[to - 1];
    this.ids.push(id);
    this.starts.push(end > start ? start : 0);
    this.ends.push(end > start ? end : 0);
  }

  /**
   * The encoding of a text of `length` UTF-16 units. What no token took (the second half of a composed character, stripped
   * spaces, characters that the vocabulary lacks) goes to the tokens that end where it begins, or to the
   * first ones if it is at the beginning, so that the spans cover the text without holes.
   */
  finish(length: number): Encoding {
    const starts = Int32Array.from(this.starts);
    const ends = Int32Array.from(this.ends);
    let covered = 0;
    let last = -1;
    const extendTo = (to: number): void => {
      for (let i = last; i >= 0 && (ends[i] === covered || ends[i] === 0); i--) if (ends[i] === covered) ends[i] = to;
    };
    for (let i = 0; i < starts.length; i++) {
      if (ends[i] === 0) continue;
      if (starts[i] > covered && last >= 0) extendTo(starts[i]);
      if (last < 0) {
        const first = starts[i];
        for (let j = i; j < starts.length && (starts[j] === first || ends[j] === 0); j++) if (ends[j] > 0) starts[j] = 0;
      }
      covered = Math.max(covered, ends[i]);
      last = i;
    }
    if (last >= 0 && covered < length) extendTo(length);
    return { ids: Int32Array.from(this.ids), starts, ends };
  }
}

export function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

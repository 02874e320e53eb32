import type { Pass, Piece } from '../pass.js';
import type { Rows } from '../rows.js';
import type { Weight } from '../weight.js';

/** A part of a decoder layer: what it reads from the checkpoint, and what it does to normed rows. */
export interface Layer {
  readonly weights: readonly Weight[];
  /** Numbers that its KvCache keeps of a token. */
  readonly kept?: number;
  /**
   * [T, hidden] to [T, hidden], in memory of the caller's scope. `layer` is the decoder layer's index, `pieces` say which rows
   * are of which sequence.
   */
  readonly forward: (x: Rows, layer: number, pass: Pass, pieces: readonly Piece[]) => Promise<Rows>;
}

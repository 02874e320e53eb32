import type { Matrix } from '../../tensor/ops.js';
import type { Pass } from '../pass.js';
import type { Weight } from '../weights.js';

/** A part of a decoder layer: what it reads from the checkpoint, and what it does to normed rows. */
export interface Layer {
  readonly weights: readonly Weight[];
  /** [T, hidden] to [T, hidden]; what it makes on the way is freed by the caller's scope. `layer` is the decoder layer's index. */
  readonly forward: (x: Matrix, layer: number, pass: Pass) => Promise<Matrix>;
}

import type { Numbers } from './numbers.js';

/**
 * The operations that the kernels need, on whichever backend runs. Tensors are two-dimensional, float32 and row-major. All is
 * synchronous; what is made during `scope` is freed at its end, so nothing is freed by hand.
 */
export interface Device {
  readonly name: 'tensorflow' | 'wasm';
  readonly version: string;
  /** Runs `work` and frees every tensor that it made. */
  scope<R>(work: () => R): R;
  /** The numbers are not copied where they lie in SharedMemory and the backend can: they must not change during the scope. */
  from(values: Float32Array, rows: number, columns: number): Tensor;
  /** As `from`; numbers as stored are widened. @throws E_WEIGHTS_NOT_FINITE */
  weight(numbers: Numbers, rows: number, columns: number): Tensor;
  /** A copy of the numbers, or a view that lives as long as the tensor. */
  read(tensor: Tensor): Float32Array;
  /** a b: [m, k] x [k, n] */
  times(a: Tensor, b: Tensor): Tensor;
  /** a bᵗ: [m, k] x [n, k]. `b` should be the smaller of the two: WebAssembly's fast path turns it round. */
  timesTransposed(a: Tensor, b: Tensor): Tensor;
  /** x wᵗ for a weight as stored: [t, in] x [out, in], the fastest way for this many rows. */
  linear(x: Tensor, w: Tensor): Tensor;
  /** Element by element; a row [1, n] or a column [m, 1] counts for all rows or columns. */
  add(a: Tensor, b: Tensor): Tensor;
  multiply(a: Tensor, b: Tensor): Tensor;
  scale(a: Tensor, factor: number): Tensor;
  increment(a: Tensor, by: number): Tensor;
  /** Limits to [low, high]; -Infinity as `low` for none. */
  clip(a: Tensor, low: number, high: number): Tensor;
  sigmoid(a: Tensor): Tensor;
  transpose(a: Tensor): Tensor;
  softmaxRows(a: Tensor): Tensor;
  /** ln(sum(exp(row))) of every row: [m, 1] */
  logSumExpRows(a: Tensor): Tensor;
  rows(a: Tensor, from: number, count: number): Tensor;
  columns(a: Tensor, from: number, count: number): Tensor;
  /** a and b side by side: [m, n1 + n2] */
  beside(a: Tensor, b: Tensor): Tensor;
  /** Rows rows[0], rows[1]... of [any, columns] numbers. */
  gather(values: Float32Array, columns: number, rows: Int32Array): Tensor;
  /** `initial` plus all that `work` adds to it. One at a time. */
  summed(initial: Tensor, work: (add: AddRows) => void): Tensor;
}

/** Row i of `values`, times weights[i], is added to row rows[i] of the sum. */
export type AddRows = (rows: Int32Array, weights: Float32Array, values: Tensor) => void;

/** An array of the backend; only its Device looks into it. */
export interface Tensor {
  readonly rows: number;
  readonly columns: number;
}

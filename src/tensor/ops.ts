/**
 * The operations that a decoder needs, on whichever backend runs. All are two-dimensional and row-major where
 * they can be: plain [m,k] x [k,n] products are the fast path of both backends (XNNPACK takes no other).
 */
import * as tf from '@tensorflow/tfjs-core';

export type Tensor = tf.Tensor;
export type Matrix = tf.Tensor2D;
export type Vector = tf.Tensor1D;
export type Tensor3 = tf.Tensor3D;

/** Runs synchronous work and frees every tensor it made but the result. */
export const tidy = tf.tidy;
/** The same for work that waits (for weights, say), also when it fails. Only one such chain of work may be under way in a process. */
export async function scope<R extends Tensor>(work: () => Promise<R>): Promise<R> {
  const engine = tf.engine();
  engine.startScope('scope');
  let result: R | undefined;
  try {
    result = await work();
    return result;
  } finally {
    engine.endScope(result);
  }
}
/** Excepts a tensor from the freeing by `tidy` and `scope`: its owner disposes it. */
export const keep = <T extends Tensor>(tensor: T): T => tf.keep(tensor);
/** The same numbers as a tensor of its own; they are not copied. */
export const copy = <T extends Tensor>(tensor: T): T => tf.clone(tensor);
export const dispose = (...tensors: (Tensor | undefined)[]): void => { for (const tensor of tensors) tensor?.dispose(); };
/** Tensors alive: a run must end with as many as it began with. */
export const liveTensors = (): number => tf.memory().numTensors;

export const matrix = (data: Float32Array, rows: number, columns: number): Matrix => tf.tensor2d(data, [rows, columns]);
export const vector = (data: Float32Array): Vector => tf.tensor1d(data);
export const tensor3 = (data: Float32Array, shape: [number, number, number]): Tensor3 => tf.tensor3d(data, shape);
export const read = (tensor: Tensor): Float32Array => tensor.dataSync<'float32'>();

export const matMul = (a: Matrix, b: Matrix): Matrix => tf.matMul(a, b);
export const add = <T extends Tensor>(a: T, b: Tensor): T => tf.add(a, b);
export const subtract = <T extends Tensor>(a: T, b: Tensor): T => tf.sub(a, b);
export const multiply = <T extends Tensor>(a: T, b: Tensor): T => tf.mul(a, b);
export const scale = <T extends Tensor>(a: T, factor: number): T => tf.mul(a, factor);
export const clamp = <T extends Tensor>(a: T, limit: number): T => tf.clipByValue(a, -limit, limit);
export const atMost = <T extends Tensor>(a: T, limit: number): T => tf.minimum(a, limit);
export const sigmoid = <T extends Tensor>(a: T): T => tf.sigmoid(a);
export const increment = <T extends Tensor>(a: T, by: number): T => tf.add(a, by);
export const transpose = (a: Matrix): Matrix => tf.transpose(a);
export const gatherRows = (a: Matrix, rows: Int32Array): Matrix => tf.tidy(() => tf.gather(a, tf.tensor1d(rows, 'int32')));
export const sliceRows = (a: Matrix, from: number, count: number): Matrix => tf.slice(a, [from, 0], [count, a.shape[1]]);
export const sliceColumns = (a: Matrix, from: number, count: number): Matrix => tf.slice(a, [0, from], [a.shape[0], count]);
export const concatRows = (parts: Matrix[]): Matrix => tf.concat(parts, 0);
export const concatColumns = (parts: Matrix[]): Matrix => tf.concat(parts, 1);
export const softmaxRows = (a: Matrix): Matrix => tf.softmax(a, 1);
/** A column of `rows` times element h of a vector: [rows, 1] */
export const column = (a: Vector, h: number, rows: number): Matrix => tf.tidy(() => tf.tile(tf.reshape(tf.slice(a, h, 1), [1, 1]), [rows, 1]));

/** x * sigmoid(x) */
export const silu = (x: Matrix): Matrix => tf.tidy(() => tf.mul(x, tf.sigmoid(x)));

/** x / sqrt(mean(x^2) + eps) * weight, over the last axis. */
export const rmsNorm = <T extends Tensor>(x: T, weight: Vector, eps: number): T =>
  tf.tidy(() => tf.mul<T>(tf.mul<T>(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), eps))), weight));

/** (x - mean) / sqrt(variance + eps) * weight + bias, over the last axis. */
export const layerNorm = (x: Matrix, weight: Vector, bias: Vector, eps: number): Matrix => tf.tidy(() => {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), eps))), weight), bias);
});

/** [T, heads * width] to [heads, T, width]. */
export const splitHeads = (x: Matrix, heads: number): Tensor3 => tf.tidy(() => {
  const [tokens, columns] = x.shape;
  return tf.transpose(tf.reshape(x, [tokens, heads, columns / heads]), [1, 0, 2]);
});
/** Head h of [heads, T, width] as [T, width]. */
export const head = (x: Tensor3, h: number): Matrix => tf.tidy(() => tf.reshape(tf.slice(x, [h, 0, 0], [1, x.shape[1], x.shape[2]]), [x.shape[1], x.shape[2]]));
/** Joins along the token axis of [heads, T, width]. */
export const concatTokens = (a: Tensor3, b: Tensor3): Tensor3 => tf.concat([a, b], 1);
/** Columns [from, from + count) of the last axis of [heads, T, width]. */
export const sliceWidth = (x: Tensor3, from: number, count: number): Tensor3 => tf.slice(x, [0, 0, from], [x.shape[0], x.shape[1], count]);
/** Elements 0, 2, 4... (first = 0) or 1, 3, 5... (first = 1) of the last axis of [heads, T, width]. */
export const everySecond = (x: Tensor3, first: 0 | 1): Tensor3 => tf.tidy(() => {
  const [heads, tokens, width] = x.shape;
  return tf.reshape(tf.slice(tf.reshape(x, [heads * tokens * (width / 2), 2]), [0, first], [-1, 1]), [heads, tokens, width / 2]);
});
/** [T, width] for each of `heads` heads: [heads, T, width] */
export const forEachHead = (x: Matrix, heads: number): Tensor3 => tf.tidy(() => tf.tile(tf.expandDims<Tensor3>(x, 0), [heads, 1, 1]));
/** Matrices [T, width], one a head, as [heads, T, width]. */
export const stackHeads = (parts: Matrix[]): Tensor3 => tf.stack(parts) as Tensor3;
export const concatWidth = (parts: Tensor3[]): Tensor3 => tf.concat(parts, 2);
/** [T, heads, width] view of [T, heads * width] and back: for a norm of each head. */
export const byHead = (x: Matrix, heads: number): Tensor3 => tf.reshape(x, [x.shape[0], heads, x.shape[1] / heads]);
export const joinHeads = (x: Tensor3): Matrix => tf.reshape(x, [x.shape[0], x.shape[1] * x.shape[2]]);

/** ln(sum(exp(row))) of every row. */
export const logSumExpRows = (x: Matrix): Vector => tf.logSumExp(x, 1);
/** x[rows[i], columns[i]] */
export const pick = (x: Matrix, at: readonly (readonly [number, number])[]): Vector =>
  tf.tidy(() => tf.gatherND(x, tf.tensor2d(at.map((pair) => [...pair]), [at.length, 2], 'int32')) as Vector);

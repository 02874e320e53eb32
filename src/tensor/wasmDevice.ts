import * as tf from '@tensorflow/tfjs-core';
import type { Device, Tensor } from './device.js';
import { widen } from './numbers.js';

interface Handle extends Tensor {
  /** [rows, columns], or [columns, rows] where it lies turned round. */
  readonly of: tf.Tensor2D;
  readonly turned: boolean;
}

const handle = (of: tf.Tensor, turned = false): Handle => {
  const [rows, columns] = turned ? [of.shape[1], of.shape[0]] : of.shape;
  return { of: of as tf.Tensor2D, turned, rows: rows ?? 1, columns: columns ?? 1 };
};
const lying = (tensor: Tensor, turned: boolean): tf.Tensor2D => {
  const { of, turned: isTurned, rows, columns } = tensor as Handle;
  if (isTurned === turned) return of;
  return rows === 1 || columns === 1 ? tf.reshape(of, turned ? [columns, rows] : [rows, columns]) : tf.transpose(of);
};
const inner = (tensor: Tensor): tf.Tensor2D => lying(tensor, false);

/** Element by element, as the first one lies. */
const each = (work: (a: tf.Tensor2D) => tf.Tensor) => (tensor: Tensor): Handle => handle(work((tensor as Handle).of), (tensor as Handle).turned);
const both = (work: (a: tf.Tensor2D, b: tf.Tensor2D) => tf.Tensor) => (a: Tensor, b: Tensor): Handle => each((first) => work(first, lying(b, (a as Handle).turned)))(a);

/**
 * tfjs-core on WebAssembly. XNNPACK, its fast path, takes plain [m, k] x [k, n] products and packs the second operand each time it is a
 * new one: so weights, as stored, come first, and the few rows of activations second, turned round. What comes out lies turned round
 * until an operation wants it otherwise.
 */
export function wasmDevice(): Device {
  let widened = new Float32Array(0); // every tensor is copied from it at once
  const device: Device = {
    name: 'wasm',
    version: tf.version_core,
    scope: (work) => {
      tf.engine().startScope();
      try {
        return work();
      } finally {
        tf.engine().endScope();
      }
    },
    from: (values, rows, columns) => handle(tf.tensor2d(values, [rows, columns])),
    weight: (numbers, rows, columns) => {
      if (!('type' in numbers)) return device.from(numbers, rows, columns);
      if (widened.length < rows * columns) widened = new Float32Array(rows * columns);
      widen(numbers, widened);
      return device.from(widened.subarray(0, rows * columns), rows, columns);
    },
    read: (tensor) => {
      const { of, turned } = tensor as Handle;
      const values = of.dataSync<'float32'>();
      return turned ? turn(values, tensor.columns, tensor.rows) : values;
    },
    times: (a, b) => handle(tf.matMul(inner(a), inner(b))),
    timesTransposed: (a, b) => handle(tf.matMul(inner(a), lying(b, true))),
    linear: (x, w) => handle(tf.matMul(inner(w), lying(x, true)), true),
    add: both((a, b) => tf.add(a, b)),
    multiply: both((a, b) => tf.mul(a, b)),
    scale: (a, factor) => each((x) => tf.mul(x, factor))(a),
    increment: (a, by) => each((x) => tf.add(x, by))(a),
    clip: (a, low, high) => each((x) => (low === -Infinity ? tf.minimum(x, high) : tf.clipByValue(x, low, high)))(a),
    sigmoid: each((a) => tf.sigmoid(a)),
    transpose: (a) => handle((a as Handle).of, !(a as Handle).turned),
    softmaxRows: (a) => handle(tf.softmax(inner(a), 1)),
    logSumExpRows: (a) => handle(tf.logSumExp(inner(a), 1, true)),
    rows: (a, from, count) => handle(tf.slice(inner(a), [from, 0], [count, a.columns])),
    columns: (a, from, count) => handle(tf.slice(inner(a), [0, from], [a.rows, count])),
    beside: (a, b) => handle(tf.concat([inner(a), inner(b)], 1)),
    gather: (values, columns, rows) => {
      const gathered = new Float32Array(rows.length * columns); // turned round at once; tf.gather and tf.transpose take several times as long
      for (let i = 0; i < rows.length; i++) for (let c = 0, from = rows[i] * columns; c < columns; c++) gathered[c * rows.length + i] = values[from + c];
      return handle(tf.tensor2d(gathered, [columns, rows.length]), true);
    },
    summed: (initial, work) => {
      const sum = device.read(initial).slice();
      work((rows, weights, values) => { addTurned(sum, rows, weights, lying(values, true).dataSync<'float32'>(), values.columns); });
      return device.from(sum, initial.rows, initial.columns);
    },
  };
  return device;
}

/** Columns at a time where an array is turned round: neighbours in one of the two are far apart in the other, and this many stay in the processor's cache. */
const BLOCK = 16;

function inBlocks(count: number, work: (first: number, end: number) => void): void {
  for (let first = 0; first < count; first += BLOCK) work(first, Math.min(first + BLOCK, count));
}

/** sum[rows[i]] += weights[i] * column i of `values` [width, rows.length] */
function addTurned(sum: Float32Array, rows: Int32Array, weights: Float32Array, values: Float32Array, width: number): void {
  const count = rows.length;
  inBlocks(width, (first, end) => {
    for (let i = 0; i < count; i++) {
      const weight = weights[i];
      for (let c = first, to = rows[i] * width; c < end; c++) sum[to + c] += weight * values[c * count + i];
    }
  });
}

/** [rows, columns] to [columns, rows]; tf.transpose takes four times as long. */
function turn(values: Float32Array, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(values.length);
  inBlocks(rows, (first, end) => {
    for (let column = 0; column < columns; column++) for (let row = first; row < end; row++) turned[column * rows + row] = values[row * columns + column];
  });
  return turned;
}

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
    read: (tensor) => inner(tensor).dataSync<'float32'>(),
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
      const gathered = new Float32Array(rows.length * columns);
      for (let i = 0; i < rows.length; i++) gathered.set(values.subarray(rows[i] * columns, (rows[i] + 1) * columns), i * columns); // tf.gather takes ten times as long
      return handle(tf.transpose(inner(device.from(gathered, rows.length, columns))), true); // once, however many products it is for
    },
    summed: (initial, work) => {
      const sum = device.read(initial).slice();
      work((rows, weights, values) => { addRows(sum, rows, weights, device.read(values), values.columns); });
      return device.from(sum, initial.rows, initial.columns);
    },
  };
  return device;
}

function addRows(sum: Float32Array, rows: Int32Array, weights: Float32Array, values: Float32Array, width: number): void {
  for (let i = 0; i < rows.length; i++) {
    const weight = weights[i];
    const to = rows[i] * width;
    for (let c = 0; c < width; c++) sum[to + c] += weight * values[i * width + c];
  }
}

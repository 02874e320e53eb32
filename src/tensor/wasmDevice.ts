import * as tf from '@tensorflow/tfjs-core';
import type { Device, Tensor } from './device.js';
import { widen } from './numbers.js';

interface Handle extends Tensor {
  readonly of: tf.Tensor2D;
}

const handle = (of: tf.Tensor): Handle => ({ of: of as tf.Tensor2D, rows: of.shape[0] ?? 1, columns: of.shape[1] ?? 1 });
const inner = (tensor: Tensor): tf.Tensor2D => (tensor as Handle).of;

/**
 * tfjs-core on WebAssembly. XNNPACK, its fast path, takes plain [m, k] x [k, n] products and packs the second operand each time it is a
 * new one: so weights, as stored, come first, and the few rows of activations second, turned round.
 */
export function wasmDevice(): Device {
  let widened = new Float32Array(0); // every tensor is copied from it at once
  const device: Device = {
    name: 'wasm',
    version: tf.version_core,
    get live() { return tf.memory().numTensors; },
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
    timesTransposed: (a, b) => handle(tf.matMul(inner(a), tf.transpose(inner(b)))),
    linear: (x, w) => device.transpose(device.timesTransposed(w, x)),
    add: (a, b) => handle(tf.add(inner(a), inner(b))),
    multiply: (a, b) => handle(tf.mul(inner(a), inner(b))),
    scale: (a, factor) => handle(tf.mul(inner(a), factor)),
    increment: (a, by) => handle(tf.add(inner(a), by)),
    clip: (a, low, high) => handle(low === -Infinity ? tf.minimum(inner(a), high) : tf.clipByValue(inner(a), low, high)),
    sigmoid: (a) => handle(tf.sigmoid(inner(a))),
    transpose: (a) => handle(tf.transpose(inner(a))),
    softmaxRows: (a) => handle(tf.softmax(inner(a), 1)),
    logSumExpRows: (a) => handle(tf.logSumExp(inner(a), 1, true)),
    rows: (a, from, count) => handle(tf.slice(inner(a), [from, 0], [count, a.columns])),
    columns: (a, from, count) => handle(tf.slice(inner(a), [0, from], [a.rows, count])),
    beside: (a, b) => handle(tf.concat([inner(a), inner(b)], 1)),
  };
  return device;
}

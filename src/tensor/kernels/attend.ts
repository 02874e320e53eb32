import type { Device, Tensor } from '../device.js';

/** What some tokens see of the tokens before them, once queries, keys and values are there. */
export interface AttendArgs {
  /** [heads, rows, width] of all heads, already scaled; row 0 is at position `first`. */
  readonly queries: Float32Array;
  readonly rows: number;
  readonly first: number;
  readonly width: number;
  /** The heads that are computed here, [headFrom, headTo). */
  readonly headFrom: number;
  readonly headTo: number;
  /** Query heads that share a key-value head. */
  readonly group: number;
  /** [kv heads, capacity, width] and [kv heads, capacity, valueWidth], filled up to position first + rows. */
  readonly keys: Float32Array;
  readonly values: Float32Array;
  readonly capacity: number;
  readonly valueWidth: number;
  /** A token sees itself and the window - 1 tokens before it. */
  readonly window: number | undefined;
  /** [heads]: one more score each that takes its share of the softmax and stands for no token (gpt-oss). */
  readonly sinks: Float32Array | undefined;
  /** [rows, stride]; head h goes to columns [h valueWidth, (h + 1) valueWidth). */
  readonly into: Float32Array;
  readonly stride: number;
}

/** Queries at a time: no [T, T] array is ever in memory, and what lies in the future is left out but for the last block. */
const ROWS = 128;
/** Added to a score that a token may not see: its softmax is exactly 0, without the NaN that -Infinity risks. */
const HIDDEN = -1e9;

/** Causal softmax(q kᵗ) v, block of queries by block and head by head. */
export function attend(device: Device, args: AttendArgs): void {
  for (let from = 0; from < args.rows; from += ROWS) {
    device.scope(() => { attendRows(device, args, from, Math.min(ROWS, args.rows - from)); });
  }
}

function attendRows(device: Device, args: AttendArgs, from: number, count: number): void {
  const { queries, rows, width, keys, values, capacity, valueWidth, window, sinks, into, stride } = args;
  const position = args.first + from;
  const lastKey = position + count;
  const firstKey = window === undefined ? 0 : Math.max(0, position - window + 1);
  const seen = lastKey - firstKey;
  const mask = device.from(causalMask(position, count, firstKey, seen, window), count, seen);
  for (let h = args.headFrom; h < args.headTo; h++) {
    device.scope(() => {
      const kv = Math.floor(h / args.group);
      const part = (all: Float32Array, size: number): Tensor => device.from(all.subarray((kv * capacity + firstKey) * size, (kv * capacity + lastKey) * size), seen, size);
      const query = device.from(queries.subarray((h * rows + from) * width, (h * rows + from + count) * width), count, width);
      const scores = device.add(device.timesTransposed(query, part(keys, width)), mask); // (count, seen)
      const shares = sinks === undefined ? device.softmaxRows(scores) : softmaxWithSink(device, scores, sinks[h]);
      const result = device.read(device.times(shares, part(values, valueWidth))); // (count, valueWidth)
      for (let row = 0; row < count; row++) into.set(result.subarray(row * valueWidth, (row + 1) * valueWidth), (from + row) * stride + h * valueWidth);
    });
  }
}

/** Softmax over a row and its sink, the sink's share dropped. */
function softmaxWithSink(device: Device, scores: Tensor, sink: number): Tensor {
  const column = device.from(new Float32Array(scores.rows).fill(sink), scores.rows, 1);
  return device.columns(device.softmaxRows(device.beside(scores, column)), 0, scores.columns);
}

/** 0 where the query at position `first + row` may look at key `firstKey + column`, HIDDEN elsewhere: [rows, columns] */
function causalMask(first: number, rows: number, firstKey: number, columns: number, window: number | undefined): Float32Array {
  const mask = new Float32Array(rows * columns).fill(HIDDEN);
  for (let row = 0; row < rows; row++) {
    const position = first + row;
    const oldest = window === undefined ? firstKey : Math.max(firstKey, position - window + 1);
    mask.fill(0, row * columns + oldest - firstKey, row * columns + position - firstKey + 1);
  }
  return mask;
}

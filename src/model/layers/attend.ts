import { add, column, concatColumns, concatRows, head, matMul, matrix, scale, sliceColumns, sliceRows, softmaxRows, tidy, transpose, type Matrix, type Tensor3, type Vector } from '../../tensor/ops.js';
import { breathe, type Pass } from '../pass.js';
import { ROW_BLOCK } from '../rowBlocks.js';

/** What a token sees of the tokens before it, once queries, keys and values are there. */
export interface AttendSpec {
  readonly heads: number;
  /** Each key-value head serves heads / kvHeads query heads. */
  readonly kvHeads: number;
  /** Factor on the products of queries and keys, usually 1 / sqrt(head width). */
  readonly scale: number;
  /** A token sees itself and the window - 1 tokens before it. */
  readonly window?: number;
}

/** Added to a score that a token may not see: its softmax is exactly 0, without the NaN that -Infinity risks. */
const HIDDEN = -1e9;

/**
 * Causal softmax(scale q k^T) v for all queries, in blocks of rows. The KV cache gets keys and values.
 * @param queries [heads, T, width]; keys [kvHeads, T, width] and values [kvHeads, T, value width] of the same tokens
 * @param sinks [heads] one more score each that takes its share of the softmax and stands for no token (gpt-oss)
 * @returns [T, heads * value width]
 */
export async function attend(queries: Tensor3, ownKeys: Tensor3, ownValues: Tensor3, sinks: Vector | undefined, layer: number, spec: AttendSpec, pass: Pass): Promise<Matrix> {
  const { keys, values } = pass.cache.append(layer, ownKeys, ownValues); // (kvHeads, S, width)
  const tokens = queries.shape[1];
  const blocks: Matrix[] = [];
  for (let from = 0; from < tokens; from += ROW_BLOCK) {
    await breathe(pass.signal);
    const count = Math.min(ROW_BLOCK, tokens - from);
    blocks.push(tidy(() => attendRows(queries, keys, values, sinks, { from, count, first: pass.cache.tokens }, spec)));
  }
  return concatRows(blocks);
}

/**
 * The same for the queries of rows from .. from + count - 1, head by head: two-dimensional products are the fast ones, and
 * no [T, T] matrix is ever in memory. Row 0 is at position `first`.
 */
function attendRows(queries: Tensor3, keys: Tensor3, values: Tensor3, sinks: Vector | undefined, rows: { from: number; count: number; first: number }, spec: AttendSpec): Matrix {
  const { from, count } = rows;
  const position = rows.first + from;
  const group = spec.heads / spec.kvHeads;
  const lastKey = position + count;
  const firstKey = spec.window === undefined ? 0 : Math.max(0, position - spec.window + 1);
  const mask = causalMask(position, count, firstKey, lastKey, spec.window);
  const columns: Matrix[] = [];
  for (let kv = 0; kv < spec.kvHeads; kv++) {
    const seenKeys = transpose(sliceRows(head(keys, kv), firstKey, lastKey - firstKey)); // (width, S)
    const seenValues = sliceRows(head(values, kv), firstKey, lastKey - firstKey); // (S, value width)
    for (let h = kv * group; h < (kv + 1) * group; h++) {
      columns.push(tidy(() => {
        const own = sliceRows(head(queries, h), from, count); // (count, width)
        const scores = add(scale(matMul(own, seenKeys), spec.scale), mask); // (count, S)
        return matMul(sinks === undefined ? softmaxRows(scores) : softmaxWithSink(scores, column(sinks, h, count)), seenValues);
      }));
    }
  }
  return concatColumns(columns);
}

/** Softmax over a row and its sink, the sink's share dropped. */
const softmaxWithSink = (scores: Matrix, sink: Matrix): Matrix => sliceColumns(softmaxRows(concatColumns([scores, sink])), 0, scores.shape[1]);

/** 0 where the query at position `first + row` may look at key `firstKey + column`, HIDDEN elsewhere. */
function causalMask(first: number, rows: number, firstKey: number, lastKey: number, window: number | undefined): Matrix {
  const columns = lastKey - firstKey;
  const mask = new Float32Array(rows * columns).fill(HIDDEN);
  for (let row = 0; row < rows; row++) {
    const position = first + row;
    const oldest = window === undefined ? firstKey : Math.max(firstKey, position - window + 1);
    mask.fill(0, row * columns + oldest - firstKey, row * columns + position - firstKey + 1);
  }
  return matrix(mask, rows, columns);
}

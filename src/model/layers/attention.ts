import { add, clamp, concatColumns, concatRows, head, matMul, matrix, scale, sliceRows, softmaxRows, splitHeads, tidy, transpose, type Matrix, type Tensor3 } from '../../tensor/ops.js';
import { breathe, type Pass } from '../pass.js';
import { inRowBlocks, ROW_BLOCK } from '../rowBlocks.js';
import { matrixWeight, vectorWeight, type MatrixWeight, type VectorWeight, type Weight } from '../weights.js';
import { linear } from './linear.js';
import type { Norm } from './norm.js';
import { rotateHalves } from './rope.js';

/** Grouped-query attention (Ainslie et al. 2023) with what the families add to it. */
export interface AttentionSpec {
  readonly heads: number;
  /** Each key-value head serves heads / kvHeads query heads. */
  readonly kvHeads: number;
  readonly headWidth: number;
  readonly query: Projection;
  readonly key: Projection;
  readonly value: Projection;
  readonly output: Projection;
  /** Query and key norms, before the rotation. */
  readonly queryNorm?: Norm;
  readonly keyNorm?: Norm;
  /** Queries, keys (after their norm) and values are limited to +-clip. */
  readonly clip?: number;
  /** A token sees itself and the window - 1 tokens before it. */
  readonly window?: number;
}

export interface Projection {
  readonly weight: MatrixWeight;
  readonly bias?: VectorWeight;
}

export const projection = (prefix: string, out: number, inputs: number, bias: boolean): Projection => ({
  weight: matrixWeight(`${prefix}.weight`, out, inputs),
  ...(bias ? { bias: vectorWeight(`${prefix}.bias`, out) } : {}),
});

/** The four projections that Llama-like checkpoints name `{q,k,v,o}_proj` below `prefix`. */
export function projections(prefix: string, hidden: number, heads: number, kvHeads: number, headWidth: number, bias: boolean): Pick<AttentionSpec, 'query' | 'key' | 'value' | 'output'> {
  return {
    query: projection(`${prefix}.q_proj`, heads * headWidth, hidden, bias),
    key: projection(`${prefix}.k_proj`, kvHeads * headWidth, hidden, bias),
    value: projection(`${prefix}.v_proj`, kvHeads * headWidth, hidden, bias),
    output: projection(`${prefix}.o_proj`, hidden, heads * headWidth, bias),
  };
}

/** Added to a score that a token may not see: its softmax is exactly 0, without the NaN that -Infinity risks. */
const HIDDEN = -1e9;

export function attentionWeights(spec: AttentionSpec): Weight[] {
  const linears = [spec.query, spec.key, spec.value, spec.output].flatMap(({ weight, bias }) => (bias === undefined ? [weight] : [weight, bias]));
  return [...linears, ...[spec.queryNorm, spec.keyNorm].flatMap((norm) => (norm === undefined ? [] : [norm.weight]))];
}

/** x W (+ b), then the norm if there is one: [T, in] to [T, out], in blocks of rows. */
function project(x: Matrix, { weight, bias }: Projection, norm: Norm | undefined, pass: Pass): Promise<Matrix> {
  return inRowBlocks(x, pass.signal, (rows) => pass.weights.use({ weight, bias, norm: norm?.weight }, (w) => {
    const projected = linear(rows, w.weight, w.bias);
    return w.norm === undefined || norm === undefined ? projected : norm.apply(projected, w.norm);
  }));
}

/** x: [T, hidden], already normed. Returns [T, hidden]. */
export async function attention(x: Matrix, layer: number, spec: AttentionSpec, pass: Pass): Promise<Matrix> {
  const limit = (m: Matrix): Matrix => (spec.clip === undefined ? m : clamp(m, spec.clip));
  const q = limit(await project(x, spec.query, spec.queryNorm, pass)); // (T, heads * width)
  const k = limit(await project(x, spec.key, spec.keyNorm, pass)); // (T, kvHeads * width)
  const v = limit(await project(x, spec.value, undefined, pass));
  const queries = tidy(() => rotateHalves(splitHeads(q, spec.heads), pass.rope)); // (heads, T, width)
  const rotated = tidy(() => rotateHalves(splitHeads(k, spec.kvHeads), pass.rope));
  const { keys, values } = pass.cache.append(layer, rotated, splitHeads(v, spec.kvHeads)); // (kvHeads, S, width)
  const blocks: Matrix[] = [];
  for (let from = 0; from < x.shape[0]; from += ROW_BLOCK) {
    await breathe(pass.signal);
    const count = Math.min(ROW_BLOCK, x.shape[0] - from);
    blocks.push(tidy(() => attend(queries, keys, values, from, count, pass.cache.tokens, spec)));
  }
  return project(concatRows(blocks), spec.output, undefined, pass);
}

/**
 * Causal softmax(q k^T / sqrt(width)) v for the queries of rows from .. from + count - 1, head by head: two-dimensional
 * products are the fast ones, and no [T, T] matrix is ever in memory.
 * queries (heads, T, width) at positions first .. first + T - 1; keys and values (kvHeads, first + T, width).
 * Returns (count, heads * width).
 */
function attend(queries: Tensor3, keys: Tensor3, values: Tensor3, from: number, count: number, first: number, spec: AttentionSpec): Matrix {
  const group = spec.heads / spec.kvHeads;
  const lastKey = first + from + count;
  const firstKey = spec.window === undefined ? 0 : Math.max(0, first + from - spec.window + 1);
  const mask = causalMask(first + from, count, firstKey, lastKey, spec.window);
  const columns: Matrix[] = [];
  for (let kv = 0; kv < spec.kvHeads; kv++) {
    const seenKeys = transpose(sliceRows(head(keys, kv), firstKey, lastKey - firstKey)); // (width, S)
    const seenValues = sliceRows(head(values, kv), firstKey, lastKey - firstKey); // (S, width)
    for (let h = kv * group; h < (kv + 1) * group; h++) {
      columns.push(tidy(() => {
        const rows = sliceRows(head(queries, h), from, count); // (count, width)
        const scores = add(scale(matMul(rows, seenKeys), 1 / Math.sqrt(spec.headWidth)), mask); // (count, S)
        return matMul(softmaxRows(scores), seenValues);
      }));
    }
  }
  return concatColumns(columns);
}

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


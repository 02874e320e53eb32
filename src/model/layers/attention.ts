import { add, clamp, concatColumns, concatRows, head, matMul, matrix, scale, sliceRows, softmaxRows, splitHeads, tidy, transpose, type Matrix, type Tensor3 } from '../../tensor/ops.js';
import type { Pass } from '../pass.js';
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

/** Queries are attended in blocks of this many rows, so that no [T, T] matrix is ever in memory. */
const QUERY_BLOCK = 512;
/** Added to a score that a token may not see: its softmax is exactly 0, without the NaN that -Infinity risks. */
const HIDDEN = -1e9;

export function attentionWeights(spec: AttentionSpec): Weight[] {
  const linears = [spec.query, spec.key, spec.value, spec.output].flatMap(({ weight, bias }) => (bias === undefined ? [weight] : [weight, bias]));
  return [...linears, ...[spec.queryNorm, spec.keyNorm].flatMap((norm) => (norm === undefined ? [] : [norm.weight]))];
}

/** x: [T, hidden], already normed. Returns [T, hidden]. */
export async function attention(x: Matrix, layer: number, spec: AttentionSpec, pass: Pass): Promise<Matrix> {
  const { heads, kvHeads } = spec;
  const limit = (m: Matrix): Matrix => (spec.clip === undefined ? m : clamp(m, spec.clip));
  const q = await pass.weights.use({ w: spec.query.weight, b: spec.query.bias, n: spec.queryNorm?.weight }, ({ w, b, n }) => {
    const projected = linear(x, w, b); // (T, heads * width)
    return limit(n === undefined || spec.queryNorm === undefined ? projected : spec.queryNorm.apply(projected, n));
  });
  const k = await pass.weights.use({ w: spec.key.weight, b: spec.key.bias, n: spec.keyNorm?.weight }, ({ w, b, n }) => {
    const projected = linear(x, w, b); // (T, kvHeads * width)
    return limit(n === undefined || spec.keyNorm === undefined ? projected : spec.keyNorm.apply(projected, n));
  });
  const v = await pass.weights.use({ w: spec.value.weight, b: spec.value.bias }, ({ w, b }) => limit(linear(x, w, b)));
  const queries = tidy(() => rotateHalves(splitHeads(q, heads), pass.rope)); // (heads, T, width)
  const { keys, values } = pass.cache.append(layer, tidy(() => rotateHalves(splitHeads(k, kvHeads), pass.rope)), splitHeads(v, kvHeads)); // (kvHeads, S, width)
  const mixed = tidy(() => attend(queries, keys, values, pass.cache.tokens, spec));
  return pass.weights.use({ w: spec.output.weight, b: spec.output.bias }, ({ w, b }) => linear(mixed, w, b));
}

/**
 * Causal softmax(q k^T / sqrt(width)) v, head by head: two-dimensional products are the fast ones.
 * queries (heads, T, width) at positions first .. first + T - 1; keys and values (kvHeads, first + T, width).
 * Returns (T, heads * width).
 */
function attend(queries: Tensor3, keys: Tensor3, values: Tensor3, first: number, spec: AttentionSpec): Matrix {
  const tokens = queries.shape[1];
  const group = spec.heads / spec.kvHeads;
  const blocks: Matrix[] = [];
  for (let from = 0; from < tokens; from += QUERY_BLOCK) {
    const count = Math.min(QUERY_BLOCK, tokens - from);
    const lastKey = first + from + count;
    const firstKey = spec.window === undefined ? 0 : Math.max(0, first + from - spec.window + 1);
    blocks.push(tidy(() => {
      const mask = causalMask(first + from, count, firstKey, lastKey, spec.window);
      const columns: Matrix[] = [];
      for (let kv = 0; kv < spec.kvHeads; kv++) {
        const seenKeys = transpose(sliceRows(head(keys, kv), firstKey, lastKey - firstKey)); // (width, S)
        const seenValues = sliceRows(head(values, kv), firstKey, lastKey - firstKey); // (S, width)
        for (let h = kv * group; h < (kv + 1) * group; h++) {
          const rows = sliceRows(head(queries, h), from, count); // (count, width)
          const scores = add(scale(matMul(rows, seenKeys), 1 / Math.sqrt(spec.headWidth)), mask); // (count, S)
          columns.push(matMul(softmaxRows(scores), seenValues));
        }
      }
      return concatColumns(columns); // (count, heads * width)
    }));
  }
  return blocks.length === 1 && blocks[0] !== undefined ? blocks[0] : concatRows(blocks);
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


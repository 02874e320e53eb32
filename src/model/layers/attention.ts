import { clamp, copy, splitHeads, tidy, type Matrix } from '../../tensor/ops.js';
import type { Pass } from '../pass.js';
import type { VectorWeight } from '../weights.js';
import { attend } from './attend.js';
import type { Layer } from './layer.js';
import { project, projection, projectionWeights, type Projection } from './linear.js';
import { normWeights, type Norm } from './norm.js';
import { rotateHalves, type Rotate } from './rope.js';

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
  readonly queryNorm?: Norm | undefined;
  readonly keyNorm?: Norm | undefined;
  /** Queries, keys (after their norm) and values are limited to +-clip. */
  readonly clip?: number | undefined;
  /** Which elements of a head turn together; the halves unless said. */
  readonly rotate?: Rotate | undefined;
  /** Factor on the products of queries and keys; 1 / sqrt(headWidth) unless said. */
  readonly scale?: number | undefined;
  /** A token sees itself and the window - 1 tokens before it. */
  readonly window?: number | undefined;
  /** [heads] attention sinks (gpt-oss). */
  readonly sinks?: VectorWeight | undefined;
}

/** The four projections that Llama-like checkpoints name `{q,k,v,o}_proj` below `prefix`; `bias` is of the first three, and of the last unless said. */
export function projections(prefix: string, sizes: { readonly hidden: number; readonly heads: number; readonly kvHeads: number; readonly headWidth: number }, bias: boolean, outputBias = bias): Pick<AttentionSpec, 'query' | 'key' | 'value' | 'output'> {
  const { hidden, heads, kvHeads, headWidth } = sizes;
  return {
    query: projection(`${prefix}.q_proj`, heads * headWidth, hidden, bias),
    key: projection(`${prefix}.k_proj`, kvHeads * headWidth, hidden, bias),
    value: projection(`${prefix}.v_proj`, kvHeads * headWidth, hidden, bias),
    output: projection(`${prefix}.o_proj`, hidden, heads * headWidth, outputBias),
  };
}

/** The attention of one layer. */
export function attention(spec: AttentionSpec): Layer {
  const linears = [spec.query, spec.key, spec.value, spec.output].flatMap(projectionWeights);
  return {
    weights: [...linears, ...normWeights(spec.queryNorm), ...normWeights(spec.keyNorm), ...(spec.sinks === undefined ? [] : [spec.sinks])],
    forward: (x, layer, pass) => run(x, layer, spec, pass),
  };
}

/** x: [T, hidden], already normed. Returns [T, hidden]. */
async function run(x: Matrix, layer: number, spec: AttentionSpec, pass: Pass): Promise<Matrix> {
  const { heads, kvHeads, headWidth, window, rotate = rotateHalves } = spec;
  const limit = (m: Matrix): Matrix => (spec.clip === undefined ? m : clamp(m, spec.clip));
  const q = limit(await project(x, spec.query, spec.queryNorm, pass)); // (T, heads * width)
  const k = limit(await project(x, spec.key, spec.keyNorm, pass)); // (T, kvHeads * width)
  const v = limit(await project(x, spec.value, undefined, pass));
  const queries = tidy(() => rotate(splitHeads(q, heads), pass.rope)); // (heads, T, width)
  const keys = tidy(() => rotate(splitHeads(k, kvHeads), pass.rope));
  const sinks = spec.sinks === undefined ? undefined : await pass.weights.use({ sinks: spec.sinks }, (w) => copy(w.sinks));
  const seen = await attend(queries, keys, splitHeads(v, kvHeads), sinks, layer, { heads, kvHeads, scale: spec.scale ?? 1 / Math.sqrt(headWidth), ...(window === undefined ? {} : { window }) }, pass);
  return project(seen, spec.output, undefined, pass);
}

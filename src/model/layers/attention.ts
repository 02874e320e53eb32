import { breathe, type Pass, type Piece } from '../pass.js';
import type { Rows } from '../rows.js';
import type { VectorWeight } from '../weight.js';
import { attend } from './attend.js';
import type { Layer } from './layer.js';
import { project, projectAll, projection, projectionWeights, type Projection } from './linear.js';
import { norm, normWeights, type Norm } from './norm.js';
import { rotateHalves, type RopeTable, type Rotate } from './rope.js';

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
    kept: 2 * spec.kvHeads * spec.headWidth,
    weights: [...linears, ...normWeights(spec.queryNorm), ...normWeights(spec.keyNorm), ...(spec.sinks === undefined ? [] : [spec.sinks])],
    forward: (x, layer, pass, pieces) => run(x, layer, spec, pass, pieces),
  };
}

/** x: [T, hidden], already normed. Returns [T, hidden]. */
async function run(x: Rows, layer: number, spec: AttentionSpec, pass: Pass, pieces: readonly Piece[]): Promise<Rows> {
  const { heads, kvHeads, headWidth, clip } = spec;
  const [q, k, v] = await projectAll(x, [spec.query, spec.key, spec.value], pass); // (T, heads * width), (T, kvHeads * width) twice
  if (spec.queryNorm !== undefined) await norm(q, q, spec.queryNorm, pass);
  if (spec.keyNorm !== undefined) await norm(k, k, spec.keyNorm, pass);
  if (clip !== undefined) for (const rows of [q, k, v]) limit(rows.values, clip);
  const sinks = spec.sinks === undefined ? undefined : await pass.weights.values(spec.sinks);
  const seen = pass.scratch.rows(x.count, heads * headWidth);
  const queries = pass.scratch.floats(q.values.length);
  for (const piece of pieces) {
    await breathe(pass.signal);
    const kept = piece.sequence.cache.layer(layer, kvHeads, headWidth, headWidth);
    const own = { rotate: spec.rotate ?? rotateHalves, width: headWidth, table: pass.rope };
    toHeads(q, piece, queries, piece.count, 0, { ...own, scale: spec.scale ?? 1 / Math.sqrt(headWidth) });
    toHeads(k, piece, kept.keys, kept.capacity, piece.position, { ...own, scale: 1 });
    toHeads(v, piece, kept.values, kept.capacity, piece.position, { ...own, rotate: copyHead, scale: 1 });
    await attend(queries, kept, sinks, { heads, kvHeads, width: headWidth, valueWidth: headWidth, window: spec.window }, piece, seen, pass);
  }
  return project(seen, spec.output, undefined, pass);
}

const copyHead: Rotate = (x, at, into, to, width) => { for (let i = 0; i < width; i++) into[to + i] = x[at + i]; };

/** A piece's rows [T, heads * width], turned, to rows from `first` on of [heads, capacity, width]. */
function toHeads(x: Rows, piece: Piece, into: Float32Array, capacity: number, first: number, how: { readonly rotate: Rotate; readonly width: number; readonly table: RopeTable; readonly scale: number }): void {
  const { rotate, width, table, scale } = how;
  for (let row = 0; row < piece.count; row++) {
    const at = (piece.from + row) * x.width;
    for (let h = 0; h * width < x.width; h++) rotate(x.values, at + h * width, into, (h * capacity + first + row) * width, width, piece.position + row, table, scale);
  }
}

function limit(values: Float32Array, clip: number): void {
  for (let i = 0; i < values.length; i++) values[i] = Math.max(-clip, Math.min(clip, values[i]));
}

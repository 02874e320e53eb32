import type { LayerKeys } from '../kvCache.js';
import { breathe, type Pass, type Piece } from '../pass.js';
import type { Rows } from '../rows.js';
import type { MatrixWeight } from '../weight.js';
import { attend } from './attend.js';
import type { Layer } from './layer.js';
import { project, projectAll, projectionWeights, type Projection } from './linear.js';
import { norm, normWeights, type Norm } from './norm.js';
import { rotatePairs, type Rotate } from './rope.js';

/**
 * Multi-head latent attention (DeepSeek-V2, arXiv 2405.04434, section 2.1): keys and values of all heads are made of one
 * narrow latent vector a token, and one rotated part of the key is shared by the heads.
 */
export interface MlaSpec {
  readonly heads: number;
  /** Elements of a head's queries and keys without and with rotation, and of its values. */
  readonly plainWidth: number;
  readonly rotatedWidth: number;
  readonly valueWidth: number;
  readonly latentWidth: number;
  /** To the queries of all heads: [heads * (plain + rotated)], at once or through a narrow vector with a norm. */
  readonly query: Projection | { readonly down: Projection; readonly norm: Norm; readonly up: Projection };
  /** To the latent vector and, behind it, the shared rotated key: [latent + rotated] */
  readonly latent: Projection;
  readonly latentNorm: Norm;
  /** From the latent vector, head by head: [plain, latent] and [value, latent]. */
  readonly keys: readonly MatrixWeight[];
  readonly values: readonly MatrixWeight[];
  readonly output: Projection;
  readonly scale: number;
  readonly rotate?: Rotate;
}

/** The attention of one layer. */
export function latentAttention(spec: MlaSpec): Layer {
  const query = 'down' in spec.query ? [...projectionWeights(spec.query.down), ...normWeights(spec.query.norm), ...projectionWeights(spec.query.up)] : projectionWeights(spec.query);
  return {
    kept: spec.heads * (spec.plainWidth + spec.rotatedWidth + spec.valueWidth),
    weights: [...query, ...projectionWeights(spec.latent), ...normWeights(spec.latentNorm), ...spec.keys, ...spec.values, ...projectionWeights(spec.output)],
    forward: (x, layer, pass, pieces) => run(x, layer, spec, pass, pieces),
  };
}

/** x: [T, hidden], already normed. Returns [T, hidden]. */
async function run(x: Rows, layer: number, spec: MlaSpec, pass: Pass, pieces: readonly Piece[]): Promise<Rows> {
  const { heads, plainWidth, rotatedWidth, latentWidth, valueWidth } = spec;
  const width = plainWidth + rotatedWidth;
  const narrow = 'down' in spec.query ? await project(x, spec.query.down, spec.query.norm, pass) : x;
  const q = await project(narrow, 'down' in spec.query ? spec.query.up : spec.query, undefined, pass); // (T, heads * (plain + rotated))
  const compressed = await project(x, spec.latent, undefined, pass); // (T, latent + rotated)
  const latent = pass.scratch.rows(x.count, latentWidth);
  for (let row = 0; row < x.count; row++) latent.values.set(compressed.values.subarray(row * compressed.width, row * compressed.width + latentWidth), row * latentWidth);
  await norm(latent, latent, spec.latentNorm, pass);
  const expanded = await projectAll(latent, [...spec.keys, ...spec.values].map((weight) => ({ weight })), pass); // heads x (T, plain), heads x (T, value)
  const seen = pass.scratch.rows(x.count, heads * valueWidth);
  const queries = pass.scratch.floats(x.count * heads * width);
  for (const piece of pieces) {
    await breathe(pass.signal);
    const kept = piece.sequence.cache.layer(layer, heads, width, valueWidth);
    splitQueries(q, queries, piece, spec, pass);
    keep(expanded, compressed, kept, piece, spec, pass);
    await attend(queries, kept, undefined, { heads, kvHeads: heads, width, valueWidth }, piece, seen, pass);
  }
  return project(seen, spec.output, undefined, pass);
}

/** [T, heads * (plain + rotated)] to [heads, count, plain + rotated], the second part of each head turned. */
function splitQueries(q: Rows, queries: Float32Array, piece: Piece, { heads, plainWidth, rotatedWidth, scale, rotate = rotatePairs }: MlaSpec, { rope }: Pass): void {
  const width = plainWidth + rotatedWidth;
  for (let row = 0; row < piece.count; row++) {
    for (let h = 0; h < heads; h++) {
      const at = (piece.from + row) * q.width + h * width;
      const to = (h * piece.count + row) * width;
      for (let i = 0; i < plainWidth; i++) queries[to + i] = q.values[at + i] * scale;
      rotate(q.values, at + plainWidth, queries, to + plainWidth, rotatedWidth, piece.position + row, rope, scale);
    }
  }
}

/** Puts a piece's keys (each head's own part, then the turned part that all share) and values where those of the tokens before it are. */
function keep(expanded: readonly Rows[], compressed: Rows, { keys, values, capacity }: LayerKeys, piece: Piece, { heads, plainWidth, rotatedWidth, latentWidth, valueWidth, rotate = rotatePairs }: MlaSpec, { rope }: Pass): void {
  const width = plainWidth + rotatedWidth;
  for (let row = 0; row < piece.count; row++) {
    const from = piece.from + row;
    const position = piece.position + row;
    for (let h = 0; h < heads; h++) {
      const to = (h * capacity + position) * width;
      keys.set(expanded[h].values.subarray(from * plainWidth, (from + 1) * plainWidth), to);
      rotate(compressed.values, from * compressed.width + latentWidth, keys, to + plainWidth, rotatedWidth, position, rope, 1);
      values.set(expanded[heads + h].values.subarray(from * valueWidth, (from + 1) * valueWidth), (h * capacity + position) * valueWidth);
    }
  }
}

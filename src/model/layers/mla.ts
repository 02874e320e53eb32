import { concatWidth, forEachHead, head, matMul, sliceColumns, sliceWidth, splitHeads, stackHeads, tidy, type Matrix } from '../../tensor/ops.js';
import type { Pass } from '../pass.js';
import type { MatrixWeight } from '../weights.js';
import { attend } from './attend.js';
import type { Layer } from './layer.js';
import { project, projectionWeights, type Projection } from './linear.js';
import { normed, normWeights, type Norm } from './norm.js';
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
    weights: [...query, ...projectionWeights(spec.latent), ...normWeights(spec.latentNorm), ...spec.keys, ...spec.values, ...projectionWeights(spec.output)],
    forward: (x, layer, pass) => run(x, layer, spec, pass),
  };
}

/** x: [T, hidden], already normed. Returns [T, hidden]. */
async function run(x: Matrix, layer: number, spec: MlaSpec, pass: Pass): Promise<Matrix> {
  const { heads, plainWidth, rotatedWidth, latentWidth, rotate = rotatePairs } = spec;
  const narrow = 'down' in spec.query ? await project(x, spec.query.down, spec.query.norm, pass) : x;
  const q = await project(narrow, 'down' in spec.query ? spec.query.up : spec.query, undefined, pass); // (T, heads * (plain + rotated))
  const queries = tidy(() => {
    const split = splitHeads(q, heads); // (heads, T, plain + rotated)
    return concatWidth([sliceWidth(split, 0, plainWidth), rotate(sliceWidth(split, plainWidth, rotatedWidth), pass.rope)]);
  });
  const compressed = await project(x, spec.latent, undefined, pass); // (T, latent + rotated)
  const latent = await normed(tidy(() => sliceColumns(compressed, 0, latentWidth)), spec.latentNorm, pass.weights);
  const shared = tidy(() => forEachHead(sliceColumns(compressed, latentWidth, rotatedWidth), 1)); // (1, T, rotated)
  const expand = async (weights: readonly MatrixWeight[]): Promise<Matrix[]> => {
    const parts: Matrix[] = [];
    for (const weight of weights) parts.push(await pass.weights.use({ weight }, (w) => matMul(latent, w.weight)));
    return parts;
  };
  const plainKeys = await expand(spec.keys); // heads x (T, plain)
  const values = stackHeads(await expand(spec.values)); // (heads, T, value)
  const keys = tidy(() => {
    const rotated = rotate(shared, pass.rope);
    return concatWidth([stackHeads(plainKeys), forEachHead(head(rotated, 0), heads)]);
  });
  const seen = await attend(queries, keys, values, undefined, layer, { heads, kvHeads: heads, scale: spec.scale }, pass);
  return project(seen, spec.output, undefined, pass);
}

import { LensError } from '../../base/errors.js';
import { route, type Router, type Routing } from '../../routing/route.js';
import { dispose, gatherRows, matMul, matrix, read, scope, type Matrix } from '../../tensor/ops.js';
import { breathe, type Pass } from '../pass.js';
import { ROW_BLOCK } from '../rowBlocks.js';
import { matrixWeight, type MatrixWeight, type Weight } from '../weights.js';
import { allOf, swiglu, swigluWeights, type SwigluWeights } from './swiglu.js';

/** A feed-forward of many experts, of which each token uses those that the policy selects. */
export interface MixtureSpec {
  readonly gate: MatrixWeight;
  readonly router: Router;
  readonly experts: readonly SwigluWeights[];
}

/** The usual names: a router matrix, and SwiGLU experts numbered below `experts`. */
export const swigluMixture = (gate: string, experts: string, router: Router, hidden: number, inner: number): MixtureSpec => ({
  gate: matrixWeight(gate, router.experts, hidden),
  router,
  experts: Array.from({ length: router.experts }, (_, expert) => swigluWeights(`${experts}.${expert}`, hidden, inner)),
});

export const mixtureWeights = (spec: MixtureSpec): Weight[] => [spec.gate, ...spec.experts.flatMap(allOf)];

/** Rows and gate weights of each expert that any token selected, in ascending order of the experts. */
function groupByExpert(routing: Routing): Map<number, { rows: number[]; weights: number[] }> {
  const groups = new Map<number, { rows: number[]; weights: number[] }>();
  for (let row = 0; row < routing.tokens; row++) {
    for (let i = routing.offsets[row]; i < routing.offsets[row + 1]; i++) {
      const expert = routing.ids[i];
      const group = groups.get(expert) ?? { rows: [], weights: [] };
      group.rows.push(row);
      group.weights.push(routing.weights[i]);
      groups.set(expert, group);
    }
  }
  return new Map([...groups].sort(([a], [b]) => a - b));
}

/**
 * x: [T, hidden], already normed. Returns [T, hidden]: for each token the weighted sum of its experts, added in
 * ascending order of experts as the reference does. An expert that no token selected is neither read nor computed.
 */
export async function mixture(x: Matrix, layer: number, spec: MixtureSpec, pass: Pass): Promise<Matrix> {
  const logits = await pass.weights.use({ gate: spec.gate }, ({ gate }) => matMul(x, gate)); // (T, E)
  const routing = route(read(logits), spec.router, pass.policy);
  pass.onRouting(layer, routing);
  const [tokens, hidden] = x.shape;
  const sum = new Float32Array(tokens * hidden);
  for (const [expert, { rows, weights }] of groupByExpert(routing)) {
    const chosen = spec.experts[expert];
    if (chosen === undefined) throw new LensError('E_INTERNAL', `Layer ${layer} routed to expert ${expert}, which does not exist.`);
    for (let from = 0; from < rows.length; from += ROW_BLOCK) {
      await breathe(pass.signal);
      const block = rows.slice(from, from + ROW_BLOCK);
      const output = await scope(() => swiglu(gatherRows(x, Int32Array.from(block)), chosen, pass));
      addWeighted(sum, read(output), block, weights.slice(from, from + ROW_BLOCK), hidden);
      dispose(output);
    }
  }
  return matrix(sum, tokens, hidden);
}

/** sum[rows[i]] += weights[i] * output[i] */
function addWeighted(sum: Float32Array, output: Float32Array, rows: readonly number[], weights: readonly number[], width: number): void {
  for (let i = 0; i < rows.length; i++) {
    const weight = weights[i];
    const to = rows[i] * width;
    const from = i * width;
    for (let c = 0; c < width; c++) sum[to + c] = sum[to + c] + weight * output[from + c];
  }
}

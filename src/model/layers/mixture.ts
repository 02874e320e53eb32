import { LensError } from '../../base/errors.js';
import { route, type Router, type Routing } from '../../routing/route.js';
import { add, dispose, gatherRows, matrix, multiply, read, scope, sigmoid, type Matrix } from '../../tensor/ops.js';
import { breathe, type Pass } from '../pass.js';
import { inRowBlocks, ROW_BLOCK } from '../rowBlocks.js';
import type { VectorWeight, Weight } from '../weights.js';
import type { Layer } from './layer.js';
import { linear, projectionWeights, type Projection } from './linear.js';
import { allOf, siluGate, swiglu, type Activation, type Swiglu } from './swiglu.js';

/** A feed-forward of many experts, of which each token uses those that the policy selects. */
export interface MixtureSpec {
  /** From hidden states to router logits: [E, hidden] */
  readonly gate: Projection;
  /** [E] added to the scores to order the experts; part of neither probabilities nor weights. */
  readonly selectionBias?: VectorWeight | undefined;
  readonly router: Router;
  readonly experts: readonly Swiglu[];
  /** silu(gate) * up unless said. */
  readonly activation?: Activation;
  /** What every token uses beside its experts; its output is multiplied with sigmoid(gate x) where there is a gate [1, hidden]. */
  readonly shared?: { readonly weights: Swiglu; readonly gate?: Projection } | undefined;
}

/** The feed-forward of a layer with routed experts. */
export function mixture(spec: MixtureSpec): Layer & { readonly mixture: MixtureSpec } {
  const { gate, selectionBias, experts, shared } = spec;
  const sharedWeights: readonly Weight[] = shared === undefined ? [] : [...allOf(shared.weights), ...(shared.gate === undefined ? [] : projectionWeights(shared.gate))];
  return {
    mixture: spec,
    weights: [...projectionWeights(gate), ...(selectionBias === undefined ? [] : [selectionBias]), ...experts.flatMap(allOf), ...sharedWeights],
    forward: async (x, layer, pass) => {
      const routed = await runExperts(x, layer, spec, pass);
      return shared === undefined ? routed : add(routed, await runShared(x, shared, pass));
    },
  };
}

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
async function runExperts(x: Matrix, layer: number, spec: MixtureSpec, pass: Pass): Promise<Matrix> {
  const { gate, selectionBias, activation = siluGate } = spec;
  const logits = await pass.weights.use({ weight: gate.weight, bias: gate.bias }, ({ weight, bias }) => linear(x, weight, bias)); // (T, E)
  const routing = route(read(logits), spec.router, pass.policy, selectionBias === undefined ? undefined : await pass.weights.values(selectionBias));
  pass.onRouting(layer, routing);
  const [tokens, hidden] = x.shape;
  const sum = new Float32Array(tokens * hidden);
  for (const [expert, { rows, weights }] of groupByExpert(routing)) {
    const chosen = spec.experts[expert];
    if (chosen === undefined) throw new LensError('E_INTERNAL', `Layer ${layer} routed to expert ${expert}, which does not exist.`);
    for (let from = 0; from < rows.length; from += ROW_BLOCK) {
      await breathe(pass.signal);
      const block = rows.slice(from, from + ROW_BLOCK);
      const output = await scope(() => swiglu(gatherRows(x, Int32Array.from(block)), chosen, activation, pass));
      addWeighted(sum, read(output), block, weights.slice(from, from + ROW_BLOCK), hidden);
      dispose(output);
    }
  }
  return matrix(sum, tokens, hidden);
}

/** [T, hidden] to [T, hidden] */
const runShared = (x: Matrix, { weights, gate }: NonNullable<MixtureSpec['shared']>, pass: Pass): Promise<Matrix> =>
  inRowBlocks(x, pass.signal, async (rows) => {
    const output = await swiglu(rows, weights, siluGate, pass);
    if (gate === undefined) return output;
    return pass.weights.use({ weight: gate.weight, bias: gate.bias }, (w) => multiply(output, sigmoid(linear(rows, w.weight, w.bias)))); // (T, 1) times each row
  });

/** sum[rows[i]] += weights[i] * output[i] */
function addWeighted(sum: Float32Array, output: Float32Array, rows: readonly number[], weights: readonly number[], width: number): void {
  for (let i = 0; i < rows.length; i++) {
    const weight = weights[i];
    const to = rows[i] * width;
    const from = i * width;
    for (let c = 0; c < width; c++) sum[to + c] = sum[to + c] + weight * output[from + c];
  }
}

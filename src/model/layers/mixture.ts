import { route, type Router, type Routing } from '../../routing/route.js';
import { breathe, type Pass, type Piece } from '../pass.js';
import { addTo, rowsOf, type Rows } from '../rows.js';
import type { VectorWeight, Weight } from '../weight.js';
import { runExperts, type Group } from './experts.js';
import type { Layer } from './layer.js';
import { project, projectionWeights, type Projection } from './linear.js';
import { allOf, swiglu, type Activation, type Swiglu } from './swiglu.js';

/** A feed-forward of many experts, of which each token uses those that the policy selects. */
export interface MixtureSpec {
  /** From hidden states to router logits: [E, hidden] */
  readonly gate: Projection;
  /** [E] added to the scores to order the experts; part of neither probabilities nor weights. */
  readonly selectionBias?: VectorWeight | undefined;
  readonly router: Router;
  readonly experts: readonly Swiglu[];
  /** silu unless said. */
  readonly activation?: Activation;
  /** What every token uses beside its experts; its output is multiplied with sigmoid(gate x) where there is a gate [1, hidden]. */
  readonly shared?: { readonly weights: Swiglu; readonly gate?: Projection } | undefined;
}

/** The feed-forward of a layer with routed experts. */
export function mixture(spec: MixtureSpec): Layer & { readonly mixture: MixtureSpec } {
  const { shared } = spec;
  return {
    mixture: spec,
    weights: mixtureWeights(spec),
    forward: async (x, layer, pass, pieces) => {
      const groups = await routeRows(x, layer, spec, pass, pieces);
      const began = performance.now();
      const sum = await runExperts(x, groups, spec, pass);
      shareTime(performance.now() - began, layer, groups, pieces);
      if (shared !== undefined) addTo(sum, await runShared(x, shared, pass));
      return sum;
    },
  };
}

function mixtureWeights({ gate, selectionBias, experts, shared }: MixtureSpec): Weight[] {
  const all = projectionWeights(gate);
  if (selectionBias !== undefined) all.push(selectionBias);
  for (const expert of experts) all.push(...allOf(expert));
  if (shared !== undefined) all.push(...allOf(shared.weights));
  if (shared?.gate !== undefined) all.push(...projectionWeights(shared.gate));
  return all;
}

/** Rows and gate weights of each expert that any token selected, in ascending order of the experts. */
async function routeRows(x: Rows, layer: number, spec: MixtureSpec, pass: Pass, pieces: readonly Piece[]): Promise<Group[]> {
  const logits = await project(x, spec.gate, undefined, pass); // (T, E)
  const bias = spec.selectionBias === undefined ? undefined : await pass.weights.values(spec.selectionBias);
  const groups = spec.experts.map((_, expert): Group => ({ expert, rows: [], weights: [] }));
  for (const { sequence, from, count } of pieces) {
    await breathe(pass.signal);
    const routing = route(rowsOf(logits, from, count).values.slice(), spec.router, sequence.policy, bias);
    sequence.onRouting(layer, routing);
    group(routing, from, groups);
  }
  return groups.filter(({ rows }) => rows.length > 0);
}

function group(routing: Routing, firstRow: number, groups: readonly Group[]): void {
  for (let row = 0; row < routing.tokens; row++) {
    for (let i = routing.offsets[row]; i < routing.offsets[row + 1]; i++) {
      const { rows, weights } = groups[routing.ids[i]];
      rows.push(firstRow + row);
      weights.push(routing.weights[i]);
    }
  }
}

/** Of the time that all rows took together, each sequence has the share of its selections. */
function shareTime(ms: number, layer: number, groups: readonly Group[], pieces: readonly Piece[]): void {
  const ends = pieces.map(({ from, count }) => from + count);
  const selected = pieces.map(() => 0);
  for (const { rows } of groups) for (const row of rows) selected[ends.findIndex((end) => row < end)]++;
  const all = selected.reduce((sum, each) => sum + each, 0);
  pieces.forEach(({ sequence }, i) => { sequence.onExperts?.(layer, (ms * selected[i]) / all); });
}

/** [T, hidden] to [T, hidden] */
async function runShared(x: Rows, { weights, gate }: NonNullable<MixtureSpec['shared']>, pass: Pass): Promise<Rows> {
  const output = await swiglu(x, weights, pass);
  if (gate === undefined) return output;
  const logits = await project(x, gate, undefined, pass); // (T, 1)
  for (let row = 0; row < x.count; row++) {
    const share = 1 / (1 + Math.exp(-logits.values[row]));
    for (let c = row * x.width; c < (row + 1) * x.width; c++) output.values[c] *= share;
  }
  return output;
}

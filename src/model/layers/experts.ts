import type { ExpertsArgs, ExpertWork } from '../../tensor/kernels/experts.js';
import { breathe, type Pass } from '../pass.js';
import { addTo, type Rows } from '../rows.js';
import { expertWanted, siluGate, type Activation, type Swiglu } from './swiglu.js';

/** The rows that selected an expert, and the expert's gate weight for each. */
export interface Group {
  readonly expert: number;
  readonly rows: number[];
  readonly weights: number[];
}

/** Multiply-adds of a lane between two looks at whether the run was cancelled. */
const WORK_AT_ONCE = 8e9;

interface ExpertsSpec {
  readonly experts: readonly Swiglu[];
  readonly activation?: Activation;
}

/**
 * x: [T, hidden], already normed. Returns [T, hidden]: for each token the weighted sum of its experts. An expert that no token selected is
 * neither read nor computed. The experts are shared out to the lanes, each of which adds up its own in ascending order; then the
 * lanes' sums are added.
 */
export async function runExperts(x: Rows, groups: readonly Group[], { experts, activation = siluGate }: ExpertsSpec, pass: Pass): Promise<Rows> {
  const sum = pass.scratch.zeros(x.count, x.width);
  if (groups.length === 0) return sum;
  const inner = experts[groups[0].expert].gate.weight.out;
  const workOf = ({ rows }: Group): number => rows.length * 3 * inner * x.width;
  const lanes = Math.min(groups.length, pass.lanes.lanesFor(groups.reduce((total, group) => total + workOf(group), 0)));
  await pass.scratch.scope(async () => {
    const sums = [sum, ...Array.from({ length: lanes - 1 }, () => pass.scratch.zeros(x.count, x.width))];
    const laneOf = shareOut(groups, lanes);
    for (const wave of wavesOf(groups, (group) => ({ work: workOf(group) / lanes, bytes: 12 * inner * x.width }), pass.weights.budget / 2)) {
      await breathe(pass.signal);
      await pass.weights.hold(wave.map(({ expert }) => expertWanted(experts[expert])), async (held) => {
        const jobs = sums.map((each): ExpertsArgs & { readonly experts: ExpertWork[] } => ({ x: x.values, sum: each.values, hidden: x.width, inner, activation, experts: [] }));
        wave.forEach((group, i) => {
          const { gateUp, down, gateUpBias, downBias } = held[i];
          if (gateUp === undefined || down === undefined) return;
          jobs[laneOf.get(group.expert) ?? 0].experts.push({ gateUp, down, gateUpBias, downBias, rows: Int32Array.from(group.rows), weights: Float32Array.from(group.weights) });
        });
        await pass.lanes.run('experts', jobs);
      });
    }
    for (const each of sums.slice(1)) addTo(sum, each);
  });
  return sum;
}

/** Which lane an expert is for: the largest first, each to the lane with the least rows so far. */
function shareOut(groups: readonly Group[], lanes: number): Map<number, number> {
  const rows = new Array<number>(lanes).fill(0);
  const laneOf = new Map<number, number>();
  for (const group of [...groups].sort((a, b) => b.rows.length - a.rows.length || a.expert - b.expert)) {
    const lane = rows.indexOf(Math.min(...rows));
    rows[lane] += group.rows.length;
    laneOf.set(group.expert, lane);
  }
  return laneOf;
}

/** Neighbouring groups that are worked on together: as many as keep to the limits, at least one. */
function wavesOf(groups: readonly Group[], costOf: (group: Group) => { readonly work: number; readonly bytes: number }, maxBytes: number): Group[][] {
  const waves: Group[][] = [];
  let [work, bytes] = [Infinity, Infinity];
  for (const group of groups) {
    const cost = costOf(group);
    if (work + cost.work > WORK_AT_ONCE || bytes + cost.bytes > maxBytes) {
      waves.push([]);
      [work, bytes] = [0, 0];
    }
    waves.at(-1)?.push(group);
    work += cost.work;
    bytes += cost.bytes;
  }
  return waves;
}

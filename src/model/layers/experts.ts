import type { ExpertWork } from '../../tensor/kernels/experts.js';
import { allDone } from '../../tensor/lanes.js';
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
/** Bytes of weights that a lane works with at a time where they have to be read: small, so that the next are read meanwhile. */
const BYTES_AT_ONCE = 64 * 2 ** 20;
/** Part of the memory that the weights of all lanes may take at a time. */
const SHARE_AT_ONCE = 1 / 8;

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
  const costOf = ({ rows }: Group): Cost => ({ work: rows.length * 3 * inner * x.width, bytes: 12 * inner * x.width });
  const lanes = Math.min(groups.length, pass.lanes.lanesFor(groups.reduce((total, group) => total + costOf(group).work, 0)));
  const wanted = (some: readonly Group[]) => some.map(({ expert }) => expertWanted(experts[expert]));
  const bytesAtOnce = pass.weights.areThere(wanted(groups)) ? Infinity : Math.min(BYTES_AT_ONCE, (pass.weights.budget * SHARE_AT_ONCE) / lanes);
  await pass.scratch.scope(async () => {
    const sums = [sum, ...Array.from({ length: lanes - 1 }, () => pass.scratch.zeros(x.count, x.width))];
    await allDone(shareOut(groups, lanes).map(async (own, lane) => {
      const waves = wavesOf(own, costOf, { work: WORK_AT_ONCE, bytes: bytesAtOnce });
      for (const [i, wave] of waves.entries()) {
        await breathe(pass.signal);
        await pass.weights.hold(wanted(wave), (held) => {
          pass.weights.readAhead(wanted(waves[i + 1] ?? []));
          const work = wave.map(({ rows, weights }, each): ExpertWork => ({ ...held[each], rows: Int32Array.from(rows), weights: Float32Array.from(weights) }));
          return pass.lanes.runOn(lane, 'experts', { x: x.values, sum: sums[lane].values, hidden: x.width, inner, activation, experts: work });
        });
      }
    }));
    for (const each of sums.slice(1)) addTo(sum, each);
  });
  return sum;
}

/** The groups of each lane in ascending order of their experts: the largest is given away first, each to the lane with the least rows so far. */
function shareOut(groups: readonly Group[], lanes: number): Group[][] {
  const shares = Array.from({ length: lanes }, (): { rows: number; readonly groups: Group[] } => ({ rows: 0, groups: [] }));
  for (const group of [...groups].sort((a, b) => b.rows.length - a.rows.length || a.expert - b.expert)) {
    const share = shares.reduce((least, each) => (each.rows < least.rows ? each : least));
    share.rows += group.rows.length;
    share.groups.push(group);
  }
  return shares.map((share) => share.groups.sort((a, b) => a.expert - b.expert));
}

interface Cost {
  readonly work: number;
  readonly bytes: number;
}

/** Neighbouring groups that are worked on together: as many as keep to the limits, at least one. */
function wavesOf(groups: readonly Group[], costOf: (group: Group) => Cost, most: Cost): Group[][] {
  const waves: Group[][] = [];
  let [work, bytes] = [Infinity, Infinity];
  for (const group of groups) {
    const cost = costOf(group);
    if (work + cost.work > most.work || bytes + cost.bytes > most.bytes) {
      waves.push([]);
      [work, bytes] = [0, 0];
    }
    waves.at(-1)?.push(group);
    work += cost.work;
    bytes += cost.bytes;
  }
  return waves;
}

/** Experts in groups of equal size, of which a token may use only some: DeepSeek's limit on how many machines a token visits. */
export interface GroupLimit {
  readonly groups: number;
  /** Groups that a token may use. */
  readonly kept: number;
  /** How many of a group's best scores are added up to rank it: 1 (DeepSeek-V2: its maximum) or 2 (DeepSeek-V3). */
  readonly best: number;
}

/**
 * Sets the scores of the experts outside of the best groups to -Infinity, in place.
 * @param scores of one token's experts: what orders them
 * @returns by how much the last group kept beat the first one lost
 */
export function limitToGroups(scores: Float32Array, { groups, kept, best }: GroupLimit): number {
  const size = scores.length / groups;
  const totals = Array.from({ length: groups }, (_, group) => {
    const sorted = scores.slice(group * size, (group + 1) * size).sort().reverse();
    return { group, total: sorted.subarray(0, best).reduce((sum, score) => Math.fround(sum + score), 0) };
  });
  totals.sort((a, b) => b.total - a.total || a.group - b.group);
  for (const { group } of totals.slice(kept)) scores.fill(-Infinity, group * size, (group + 1) * size);
  return kept < groups ? totals[kept - 1].total - totals[kept].total : Infinity;
}

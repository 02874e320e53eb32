/** Which stretches of a row of scores are worth the most. */

/** Indices [first, last], both inclusive. */
export interface Segment {
  readonly first: number;
  readonly last: number;
}

/**
 * All maximal scoring subsequences in linear time: W. L. Ruzzo and M. Tompa, "A linear time algorithm for finding
 * all maximal scoring subsequences", ISMB 1999. They are disjoint, each has a positive sum, none can be made
 * longer or shorter without losing score, and every positive score is inside one.
 */
export function maximalSegments(scores: readonly number[]): Segment[] {
  /** `left` and `right`: the sums of all scores before the candidate and up to its end. */
  const candidates: { first: number; last: number; left: number; right: number }[] = [];
  let total = 0;
  scores.forEach((score, index) => {
    const left = total;
    total += score;
    if (score <= 0) return;
    let next = { first: index, last: index, left, right: total };
    for (;;) {
      // the nearest candidate that starts lower; if it also ended lower, the two are better as one
      const nearest = candidates.findLastIndex((candidate) => candidate.left < next.left);
      const earlier = candidates[nearest];
      if (earlier === undefined || earlier.right >= next.right) break;
      candidates.length = nearest;
      next = { first: earlier.first, last: next.last, left: earlier.left, right: next.right };
    }
    candidates.push(next);
  });
  return candidates.map(({ first, last }) => ({ first, last }));
}

import { describe, expect, it } from 'vitest';
import { layerProfile, meanCounts, meanExperts, meanSurprisal } from '../../../src/analysis/counts.js';
import { makeRun, sideBySide } from '../host/support/runs.js';

const run = makeRun(sideBySide('a', 'b', 'c'), [[1, 2, 6], [3, 2, 1]]);

describe('counts', () => {
  it('gives a token the mean over the MoE layers', () => {
    expect(Array.from(meanCounts(run))).toEqual([2, 2, 3.5]);
  });

  it('takes every token and layer into the mean of a run', () => {
    expect(meanExperts(run)).toBe(15 / 6);
  });

  it('leaves tokens without surprisal out of its mean, and has none for a single token', () => {
    expect(meanSurprisal(run)).toBe(1.5);
    expect(meanSurprisal(makeRun([[0, 1]], [[1]]))).toBeNull();
  });

  it('describes each layer by mean, 10th and 90th percentile', () => {
    const profile = layerProfile({ ...run, model: { moeLayers: [1, 5] } });
    expect(profile).toEqual([{ layer: 1, mean: 3, p10: 1.2, p90: 5.2 }, { layer: 5, mean: 2, p10: 1.2, p90: 2.8 }]);
  });

  it('rounds a count as the trace JSON does: from the exact quotient', () => {
    expect(meanCounts(makeRun([[0, 1]], [[1], [1], [2]]))[0]?.toFixed(1)).toBe('1.3');
    expect(meanCounts(makeRun([[0, 1]], [[1], [1], [1], [2]]))[0]).toBe(1.25);
  });

  it('has nothing to say about no tokens, and does not fail', () => {
    expect(Array.from(meanCounts(makeRun([], [[]])))).toEqual([]);
  });
});

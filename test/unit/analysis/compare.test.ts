import { describe, expect, it } from 'vitest';
import { compareRuns } from '../../../src/analysis/compare.js';
import { makeRun, sideBySide } from '../host/support/runs.js';

const tokens = sideBySide(...Array.from('abcdefghij'));
const two = makeRun(tokens, [Array.from(tokens, () => 2)]);
const marked = (counts: readonly number[]): number[] => Array.from(compareRuns(makeRun(tokens, [counts]), two).marked);

describe('a comparison', () => {
  it('is first minus second, token by token and on average', () => {
    const { difference, meanDifference } = compareRuns(makeRun(tokens, [[1, 2, 3, 2, 2, 2, 2, 2, 2, 4]]), two);
    expect(Array.from(difference)).toEqual([-1, 0, 1, 0, 0, 0, 0, 0, 0, 2]);
    expect(meanDifference).toBeCloseTo(0.2);
  });

  it('marks the tenth of the tokens that differ by the most', () => {
    expect(marked([1, 2, 3, 2, 2, 2, 2, 2, 2, 7])).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  });

  it('marks only what lies above many equal differences, and those where nothing does', () => {
    expect(marked([1, 1, 1, 1, 1, 1, 1, 1, 1, 7])).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect(marked([1, 1, 1, 2, 2, 2, 2, 2, 2, 2])).toEqual([1, 1, 1, 0, 0, 0, 0, 0, 0, 0]);
    expect(marked([1, 1, 1, 1, 1, 1, 1, 2, 2, 2])).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('marks nothing where the runs hardly differ', () => {
    expect(marked([2, 2, 2, 2, 2, 2, 2, 2, 2, 2])).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('is refused for different tokens', () => {
    expect(() => compareRuns(makeRun(sideBySide('a'), [[1]]), two)).toThrow(/different tokens/);
  });
});

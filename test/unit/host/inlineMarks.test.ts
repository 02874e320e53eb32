import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.js';
import { compareRuns } from '../../../src/analysis/compare.js';
import { inlineMarks, type InlineUnit, type MarkInput } from '../../../src/host/inlineMarks.js';
import { joinParts, placeTokens } from '../../../src/host/segments.js';
import { makeRun, sideBySide } from './support/runs.js';

function input(text: string, tokens: readonly (readonly [number, number])[], ...counts: readonly (readonly number[])[]): MarkInput {
  const runs = counts.map((row) => makeRun(tokens, [row]));
  const [first, second] = runs;
  const { segments } = joinParts([{ start: 0, text }], '\n');
  const placed = placeTokens(segments, tokens.map(([start]) => start), tokens.map(([, end]) => end));
  return { text, placed, runs: runs.map((run) => analyze(text, run)), comparison: first !== undefined && second !== undefined ? compareRuns(first, second) : undefined };
}

/** What is marked, and with which number. */
function shown(from: MarkInput, unit: InlineUnit = 'token'): string[] {
  return inlineMarks(from, unit).map(({ first, last, lead, trail, label }) => {
    const start = Math.min(...Array.from({ length: last - first + 1 }, (_, i) => from.placed.starts[first + i] ?? 0));
    const end = Math.max(...Array.from({ length: last - first + 1 }, (_, i) => from.placed.ends[first + i] ?? 0));
    return `${from.text.slice(start + lead, end - trail)}=${label}`;
  });
}

describe('inline marks', () => {
  it('stand on the characters of a token without the space before it', () => {
    expect(shown(input('one two', sideBySide('one', ' two'), [1, 2]))).toEqual(['one=1.0', 'two=2.0']);
  });

  it('leave out white space and what is not in the text', () => {
    expect(shown(input('a \n b', [[0, 0], [0, 1], [1, 3], [3, 5]], [9, 1, 9, 2]))).toEqual(['a=1.0', 'b=2.0']);
  });

  it('share one mark, with all numbers, where tokens share a character', () => {
    expect(shown(input('a😀b', [[0, 1], [1, 3], [1, 3], [3, 4]], [1, 2, 3, 4]))).toEqual(['a=1.0', '😀=2.0 3.0', 'b=4.0']);
  });

  it('give both counts of two policies, and point out the largest differences', () => {
    const marks = inlineMarks(input('ab', sideBySide('a', 'b'), [2, 5], [2, 2]), 'token');
    expect(marks.map(({ label, differs }) => [label, differs])).toEqual([['2.0|2.0', false], ['5.0|2.0', true]]);
  });

  it('are one per word, with the mean, where words are asked for', () => {
    expect(shown(input('the emendations.', sideBySide('the', ' emend', 'ations', '.'), [1, 2, 3, 4]), 'word')).toEqual(['the=1.0', 'emendations.=3.0']);
  });

  it('cut a token over the break between two selections to one of them', () => {
    const { text, segments } = joinParts([{ start: 10, text: 'cd' }, { start: 0, text: 'ab' }], '\n');
    const placed = placeTokens(segments, [0, 1, 4], [1, 4, 5]);
    expect(text).toBe('ab\ncd');
    expect([Array.from(placed.segment), Array.from(placed.starts), Array.from(placed.ends)]).toEqual([[0, 0, 1], [0, 1, 4], [1, 2, 5]]);
  });
});

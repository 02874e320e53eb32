import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maximalSegments } from '../../../src/analysis/maximalSegments.js';
import { topSpans } from '../../../src/analysis/spans.js';
import { words } from '../../../src/analysis/words.js';

describe('maximal segments', () => {
  it('are those of the paper\'s example', () => {
    // Ruzzo and Tompa 1999, section 2: (4, -5, 3, -3, 1, 2, -2, 2, -2, 1, 5)
    expect(maximalSegments([4, -5, 3, -3, 1, 2, -2, 2, -2, 1, 5])).toEqual([{ first: 0, last: 0 }, { first: 2, last: 2 }, { first: 4, last: 10 }]);
  });

  it('begin with the best stretch, have no better part, and take in every positive score', () => {
    const sum = (scores: readonly number[], first: number, last: number): number => scores.slice(first, last + 1).reduce((a, b) => a + b, 0);
    fc.assert(fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 25 }), (scores) => {
      const found = maximalSegments(scores);
      let best = 0;
      scores.forEach((_, i) => { for (let j = i; j < scores.length; j++) best = Math.max(best, sum(scores, i, j)); });
      expect(Math.max(0, ...found.map(({ first, last }) => sum(scores, first, last)))).toBe(best);
      for (const { first, last } of found) {
        for (let i = first; i <= last; i++) for (let j = i; j <= last; j++) expect(sum(scores, i, j)).toBeLessThanOrEqual(sum(scores, first, last));
      }
      scores.forEach((score, i) => { if (score > 0) expect(found.filter(({ first, last }) => first <= i && i <= last)).toHaveLength(1); });
      found.slice(1).forEach((segment, i) => expect(segment.first).toBeGreaterThan(found[i]?.last ?? -1));
    }));
  });
});

/** One token a word, each with the given count. */
function spansOf(text: string, counts: readonly number[]): string[] {
  const found = Array.from(text.matchAll(/\S+/g));
  const starts = found.map((word) => word.index);
  const ends = found.map((word) => word.index + word[0].length);
  return topSpans(text, words(text, starts, ends, counts), counts).map((span) => `${text.slice(span.start, span.end)} ${span.count}`);
}

describe('the top spans', () => {
  it('are stretches of words, the one with the most experts first', () => {
    expect(spansOf('we disregard parenthetical emendations as they are countermanded', [1, 3, 4, 5, 1, 1, 1, 6])).toEqual(['countermanded 6', 'parenthetical emendations 4.5']);
  });

  it('never go over the end of a sentence or the start of a list item', () => {
    expect(spansOf('a hard. Hard b c d e', [1, 5, 5, 1, 1, 1, 1])).toEqual(['hard. 5', 'Hard 5']);
    expect(spansOf('a a hard\n- hard b c d', [1, 1, 5, 5, 1, 1, 1])).toHaveLength(2);
  });

  it('never cross a blank line', () => {
    expect(spansOf('a hard\nhard b\n \nhard c d e f g', [1, 5, 5, 1, 5, 1, 1, 1, 1, 1])).toEqual(['hard\nhard 5', 'hard 5']);
    expect(spansOf('a a a a hard\r\n\r\nhard a a a', [1, 1, 1, 1, 5, 5, 1, 1, 1])).toEqual(['hard 5', 'hard 5']);
  });

  it('are none where all words took as many', () => {
    expect(spansOf('two two two', [2, 2, 2])).toEqual([]);
    expect(spansOf('', [])).toEqual([]);
  });

  it('are ten at most', () => {
    const text = Array.from({ length: 40 }, (_, i) => `w${i}`).join(' ');
    expect(spansOf(text, Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 1 : 3 + i / 100)))).toHaveLength(10);
  });
});

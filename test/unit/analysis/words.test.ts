import { describe, expect, it } from 'vitest';
import { visibleRange, words } from '../../../src/analysis/words.js';
import { sideBySide } from '../host/support/runs.js';

function grouped(counts: readonly number[], ...tokens: readonly string[]): (readonly [string, number])[] {
  const text = tokens.join('');
  const offsets = sideBySide(...tokens);
  return words(text, offsets.map(([start]) => start), offsets.map(([, end]) => end), counts).map((word) => [text.slice(word.start, word.end), word.count]);
}

describe('words', () => {
  it('join tokens up to white space, with the mean of their counts', () => {
    expect(grouped([1, 2, 4, 1], 'The', ' emend', 'ations', '.')).toEqual([['The', 1], ['emendations.', 7 / 3]]);
  });

  it('leave white space tokens out and end there', () => {
    expect(grouped([1, 9, 2, 9, 3], 'a', '  ', 'b', '\r\n', 'c')).toEqual([['a', 1], ['b', 2], ['c', 3]]);
  });

  it('end where a token ends in white space', () => {
    expect(grouped([1, 2], 'one ', 'two')).toEqual([['one', 1], ['two', 2]]);
  });

  it('are single tokens in writing without spaces', () => {
    expect(grouped([1, 2, 3, 4], '你好', '世界', 'ok', '𠀀')).toEqual([['你好', 1], ['世界', 2], ['ok', 3], ['𠀀', 4]]);
  });

  it('keep the tokens of one split character together', () => {
    const found = words('a😀', [0, 1, 1, 1], [1, 3, 3, 3], [1, 2, 3, 4]);
    expect(found).toEqual([{ first: 0, last: 3, start: 0, end: 3, count: 2.5 }]);
  });

  it('skip tokens that are not in the text', () => {
    expect(words('hi', [0, 0, 0], [0, 2, 0], [9, 2, 9]).map((word) => [word.first, word.last])).toEqual([[1, 1]]);
  });
});

describe('the visible range', () => {
  it('has no white space at its ends', () => {
    expect(visibleRange('a \t b\n', 1, 6)).toEqual({ start: 4, end: 5 });
    expect(visibleRange('a \n', 1, 3)).toBeUndefined();
  });
});

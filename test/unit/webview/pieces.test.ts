import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blocksOf, BLOCK_TOKENS, CONTINUED, SPECIAL, type Piece } from '../../../webview/views/pieces.js';
import { tokens } from './samples.js';

const pieces = (text: string, ...spans: readonly (readonly [number, number])[]): Piece[] => blocksOf(text, tokens(...spans)).flatMap((block) => [...block.pieces]);

describe('the text of the panel', () => {
  it('puts the space before a word outside of its mark', () => {
    expect(pieces('a bc', [0, 1], [1, 4])).toEqual([{ token: 0, lead: '', shown: 'a', name: 'a' }, { token: 1, lead: ' ', shown: 'bc', name: 'bc' }]);
  });

  it('shows white space that is a token of its own', () => {
    expect(pieces('a \t', [0, 1], [1, 2], [2, 3]).map(({ shown, name }) => [shown, name])).toEqual([['a', 'a'], ['\u2423', 'space'], ['\u21e5', 'tab']]);
  });

  it('gives a special token that is not in the text a sign and a name', () => {
    expect(pieces('a', [0, 0], [0, 1])[0]).toEqual({ token: 0, lead: '', shown: SPECIAL, name: 'special token' });
  });

  it('writes a character that is split over tokens once', () => {
    expect(pieces('\u{1f642}', [0, 2], [0, 2]).map(({ shown, name }) => [shown, name])).toEqual([['\u{1f642}', '\u{1f642}'], [CONTINUED, '\u{1f642}, continued']]);
  });

  it('ends a block at a line break, CRLF counted once, and tells paragraphs apart', () => {
    const blocks = blocksOf('a\r\n\r\nb\nc', tokens([0, 1], [1, 5], [5, 6], [6, 7], [7, 8]));
    expect(blocks.map((block) => [block.pieces.map(({ shown }) => shown).join(''), block.paragraphEnd])).toEqual([['a\u21b5\u21b5', true], ['b\u21b5', false], ['c', false]]);
  });

  it('keeps text that no token covers', () => {
    const blocks = blocksOf('<a>\n  b!', tokens([1, 2], [6, 7]));
    expect(blocks.map(({ pieces: line, tail }) => line.map(({ lead, shown }) => lead + shown).join('') + tail)).toEqual(['<a', '  b!']);
  });

  it('cuts a very long line at a space', () => {
    const text = 'ab '.repeat(500);
    const blocks = blocksOf(text, tokens(...Array.from({ length: 500 }, (_, i) => [3 * i, 3 * i + 3] as const)));
    expect(Math.max(...blocks.map((block) => block.pieces.length))).toBeLessThanOrEqual(BLOCK_TOKENS * 2);
  });

  it('draws every token exactly once, in order, whatever the offsets', () => {
    const offsets = fc.array(fc.tuple(fc.nat(12), fc.nat(4)), { maxLength: 30 });
    fc.assert(fc.property(fc.string({ minLength: 12, maxLength: 12 }), offsets, (text, list) => {
      const spans = list.map(([start, length]) => [start, Math.min(text.length, start + length)] as const).sort(([a], [b]) => a - b);
      const drawn = pieces(text, ...spans);
      expect(drawn.map(({ token }) => token)).toEqual(spans.map((_, i) => i));
      expect(drawn.every(({ shown, name }) => shown !== '' && name !== '')).toBe(true);
    }));
  });
});

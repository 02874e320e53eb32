import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Tokenizer } from '../../../src/tokenizer/encoding';
import { gguf, ggufKinds, modelNames, sentencePiece } from './forms';
import { kind, kindNames, partsOf } from './kinds';

const PARTS = ['e\u0301', 'a\u0301\u0323', '\u1100\u1161\u11a8', '\u212b', '🙂', '👩\u200d💻', '\r\n', '\t', '  ', ' ', 'word', "'S", '混合', '<s>', '<mask>', '<|endoftext|>', '\ufeff', '\0', '\ud83d', '\ude42', 'ﬁ', '12'];
const unit = fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0x20, max: 0x7e })).map((code) => String.fromCharCode(code));
const codePoint = fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code));
const anyText = fc.array(fc.oneof(unit, codePoint, fc.constantFrom(...PARTS)), { maxLength: 40 }).map((parts) => parts.join(''));

const compiled = new Map<string, Tokenizer>();

/** A kind of golden.json, a SentencePiece model, or a vocabulary of a GGUF. */
function tokenizerOf(name: string): Tokenizer {
  const [form, base = '', pre = ''] = name.split(' ');
  const tokenizer = compiled.get(name) ?? (form === 'model' ? sentencePiece(base) : form === 'gguf' ? gguf(base, pre) : kind(name));
  compiled.set(name, tokenizer);
  return tokenizer;
}

describe.each([...kindNames, ...modelNames.map((name) => `model ${name}`), ...ggufKinds.map(({ base, pre }) => `gguf ${base} ${pre}`)])('%s', (name) => {
  it('covers any text in order, without holes and without cutting a character', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { ids, starts, ends } = tokenizerOf(name).encode(text);
        let covered = 0;
        let some = false;
        for (let i = 0; i < ids.length; i++) {
          if (starts[i] === ends[i]) {
            expect(starts[i]).toBe(0);
            continue;
          }
          some = true;
          expect(starts[i]).toBeLessThanOrEqual(covered);
          expect(ends[i]).toBeGreaterThanOrEqual(covered);
          for (const edge of [starts[i], ends[i]]) expect(cutsPair(text, edge)).toBe(false);
          covered = Math.max(covered, ends[i]);
        }
        if (some) expect(covered).toBe(text.length);
      }),
      { numRuns: 100 },
    );
  });

  it('encodes a text the same way twice, whatever came between', () => {
    fc.assert(
      fc.property(anyText, anyText, (text, other) => {
        const first = tokenizerOf(name).encode(text);
        tokenizerOf(name).encode(other);
        expect(tokenizerOf(name).encode(text)).toEqual(first);
      }),
      { numRuns: 20 },
    );
  });
});

function cutsPair(text: string, at: number): boolean {
  return /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(at - 1, at + 1)) && at > 0;
}

describe('a span', () => {
  it('of a lone surrogate is its one unit, and its ids are those of U+FFFD', () => {
    for (const name of ['qwen', 'spm', 'metaspace']) {
      const lone = kind(name).encode('a\ud83db\ude42');
      expect(lone).toEqual(kind(name).encode('a\ufffdb\ufffd'));
      expect(Math.max(...lone.ends)).toBe(4);
    }
  });

  it('of a composed character is that of everything it is composed of', () => {
    const text = 'xa\u0323\u0302y';
    expect(partsOf(text, kind('qwen').encode(text))).toContain('a\u0323\u0302');
    const hangul = '\u1112\u1161\u11ab';
    for (const part of partsOf(hangul, kind('qwen').encode(hangul))) expect(part).toBe(hangul);
  });

  it('of each byte of a character is the whole character', () => {
    expect(partsOf('🙂', kind('o200k').encode('🙂'))).toEqual(['🙂', '🙂', '🙂', '🙂']);
    expect(partsOf('路', kind('spm').encode('路')).filter((part) => part !== '')).toEqual(['路', '路', '路']);
  });

  it('of what the text does not hold is empty at 0: BOS, a space put in front that stands alone', () => {
    const { starts, ends } = kind('spm').encode('路');
    expect([starts[0], ends[0], starts[1], ends[1]]).toEqual([0, 0, 0, 0]);
    expect(partsOf('The end', kind('spm').encode('The end'))[1]).toBe('The');
  });

  it('of an added token holds the spaces that it takes', () => {
    expect(partsOf('a <mask> b', kind('spm-added').encode('a <mask> b'))).toContain(' <mask>');
    expect(partsOf('a <both> b', kind('spm-added').encode('a <both> b'))).toContain(' <both> ');
  });
});

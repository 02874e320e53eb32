import { describe, expect, it } from 'vitest';
import { adaptOniguruma } from '../../../src/tokenizer/split/oniguruma';
import { compilePattern } from '../../../src/tokenizer/split/pattern';

/** What a pattern matches, as the reference does (checked with tokenizers 0.23.3). */
function matches(pattern: string, text: string): string[] {
  const at = compilePattern({ Regex: pattern }, 'pattern')(text);
  return Array.from({ length: at.length / 2 }, (_, i) => text.slice(at[2 * i], at[2 * i + 1]));
}

describe('a pattern', () => {
  it('keeps possessive quantifiers and atomic groups from giving back', () => {
    expect(matches('\\s++$', 'a \n b ')).toEqual([' ']);
    expect(matches('\\s+$', 'a \n b ')).toEqual([' ', ' ']);
    expect(matches('(?>a|ab)c', 'abc ac')).toEqual(['ac']);
    expect(matches("(?i:[a-z]++)'", "ab' AB'")).toEqual(["ab'", "AB'"]);
    expect(matches('\\p{N}{2}+', '12345')).toEqual(['1234']);
  });

  it('folds case as Unicode does, not as ASCII', () => {
    expect(matches("(?i:'s)", "'s 'S '\u017f")).toEqual(["'s", "'S", "'\u017f"]);
    expect(matches('(?i:[j-l])', 'kK\u212a')).toEqual(['k', 'K', '\u212a']);
    expect(matches('(?i:[^a-z])', 'a\u017f\u212a1')).toEqual(['1']);
  });

  it('has the spaces of Unicode, not of JavaScript', () => {
    expect(matches('\\s', 'a\ufeff\u0085\u2003\u180e')).toEqual(['\u0085', '\u2003']);
    expect(matches('[^\\s]', '\ufeff\u0085')).toEqual(['\ufeff']);
  });

  it('knows the letters of Unicode 16 and no later ones', () => {
    expect(matches('\\p{L}', '\u{105d2}\u1c89\u{323b0}\u088f')).toEqual(['\u{105d2}', '\u1c89']);
    expect(matches('[\u0800-\u4e00]', '\u0ece\u088f')).toEqual(['\u0ece', '\u088f']);
  });

  it('does not match inside a surrogate pair', () => {
    expect(compilePattern({ Regex: '^' }, 'pattern')("R\n🇩d'🇩 G")).toEqual([0, 0, 2, 2]);
  });

  it('takes a string as it is written', () => {
    expect(compilePattern({ String: '.+' }, 'pattern')('a.+b')).toEqual([1, 3]);
  });

  it.each(['[^\\r\\n\\p{L}]?[\\p{Lu}\\p{M}]*|\\p{N}{1,3}| ?[^\\s\\p{L}]+[\\r\\n/]*|\\s+(?!\\S)', '[]a-c\\]]|[^]x]|[[:alpha:]&&[^b]]', '(?<!a)(?<name>b)\\k<name>|\\x{41}*?'])('is handed on unchanged if it needs nothing: %s', (pattern) => {
    expect(adaptOniguruma(pattern, () => /x/)).toBe(pattern);
  });
});

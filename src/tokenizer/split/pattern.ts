import { SplitPreTokenizer } from '@huggingface/tokenizers';
import { isHighSurrogate } from '../align.js';
import { adaptOniguruma } from './oniguruma.js';
import { asObject, asString, invalid, unsupported } from '../json.js';
import { RECENT } from '../normalize/unicodeTables.js';

/** Where a pattern matches: start and end of each match, one after the other, in UTF-16 units. */
export type Matcher = (text: string) => readonly number[];

/** The `pattern` of a Split or a Replace: `{"String": s}` or `{"Regex": r}`. */
export function compilePattern(value: unknown, where: string): Matcher {
  const pattern = asObject(value, where);
  if (pattern.Regex !== undefined) return regexMatcher(asString(pattern.Regex, `${where}.Regex`));
  if (pattern.String === undefined) throw invalid(where, 'has neither "String" nor "Regex"');
  const literal = asString(pattern.String, `${where}.String`);
  return expressionMatcher(new RegExp(literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'gu'), false);
}

/**
 * A matcher for a pattern in Oniguruma's syntax. The library translates it to JavaScript's (that is what it is used
 * for here); what its translation loses is put right before, in `adaptOniguruma`.
 */
export function regexMatcher(oniguruma: string): Matcher {
  return expressionMatcher(translate(adaptOniguruma(oniguruma, translate)), true);
}

function translate(oniguruma: string): RegExp {
  try {
    const { pattern } = new SplitPreTokenizer({ type: 'Split', pattern: { Regex: oniguruma }, behavior: 'Isolated', invert: false });
    if (pattern !== null) return pattern;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw unsupported(`the split pattern ${JSON.stringify(oniguruma)}`);
}

/** `expression` has the flag g. `byClass`: it is about classes of characters, so it must see the reference's Unicode version. */
export function expressionMatcher(expression: RegExp, byClass: boolean): Matcher {
  return (text) => {
    const seen = byClass ? inReferenceUnicode(text) : text;
    const matches: number[] = [];
    for (const match of seen.matchAll(expression)) {
      // V8 lets `^` as the library writes it, (?<![\s\S]), match inside a surrogate pair
      if (!isInsidePair(seen, match.index)) matches.push(match.index, match.index + match[0].length);
    }
    return matches;
  };
}

function isInsidePair(text: string, at: number): boolean {
  return at > 0 && isHighSurrogate(text.charCodeAt(at - 1));
}

const hex = (codePoint: number): string => `\\u{${codePoint.toString(16)}}`;
const IS_RECENT = new RegExp(`[${RECENT.map(([first, last]) => `${hex(first)}-${hex(last)}`).join('')}]`, 'gu');

/** The text, of the same length, with stand-ins for code points that the reference's Unicode classes differently from this engine's. */
export function inReferenceUnicode(text: string): string {
  return text.replace(IS_RECENT, (character) => {
    const codePoint = character.codePointAt(0) ?? 0;
    const range = RECENT.find(([first, last]) => codePoint >= first && codePoint <= last);
    return range === undefined ? character : String.fromCodePoint(range[2]);
  });
}

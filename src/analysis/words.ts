/** Tokens as words: the unit in which people read a text. */
import { mean } from './statistics.js';

export interface Word {
  /** First and last token, both inclusive. */
  readonly first: number;
  readonly last: number;
  /** UTF-16 offsets of what can be seen of the word, without white space around it. */
  readonly start: number;
  readonly end: number;
  /** Mean count of its tokens. */
  readonly count: number;
}

/** Writing without spaces: there every token is a word of its own. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** What can be seen of text[start, end): the range without white space at its ends, or undefined if nothing is left. */
export function visibleRange(text: string, start: number, end: number): { readonly start: number; readonly end: number } | undefined {
  const slice = text.slice(start, end);
  const visible = slice.trim();
  if (visible === '') return undefined;
  const lead = slice.length - slice.trimStart().length;
  return { start: start + lead, end: start + lead + visible.length };
}

/**
 * Groups tokens to words: a word ends where white space follows, or on either side of a token in writing
 * without spaces. Tokens without anything to see belong to no word. A character that is split over several
 * tokens keeps them in one word.
 */
export function words(text: string, starts: ArrayLike<number>, ends: ArrayLike<number>, counts: ArrayLike<number>): Word[] {
  const found: Word[] = [];
  let open: { first: number; last: number; start: number; end: number; from: number } | undefined;
  const close = (): void => {
    if (open === undefined) return;
    const { first, last, start, end } = open;
    found.push({ first, last, start, end, count: mean(Array.from({ length: last - first + 1 }, (_, i) => counts[first + i] ?? 0)) });
    open = undefined;
  };
  for (let t = 0; t < starts.length; t++) {
    const from = starts[t] ?? 0;
    const seen = visibleRange(text, from, ends[t] ?? 0);
    if (seen === undefined) continue; // it leaves a gap, which ends the word
    const sameCharacter = open !== undefined && open.from === from && open.end >= seen.end;
    if (open !== undefined && !sameCharacter && (seen.start > open.end || isUnspaced(text, seen.start) || isUnspaced(text, open.end - 1))) close();
    if (open === undefined) open = { first: t, last: t, start: seen.start, end: seen.end, from };
    else open = { ...open, last: t, end: Math.max(open.end, seen.end), from };
  }
  close();
  return found;
}

function isUnspaced(text: string, offset: number): boolean {
  const point = text.codePointAt(offset) ?? 0;
  // the second half of a surrogate pair: look at the whole character
  const whole = point >= 0xdc00 && point <= 0xdfff && offset > 0 ? (text.codePointAt(offset - 1) ?? 0) : point;
  return UNSPACED.test(String.fromCodePoint(whole));
}

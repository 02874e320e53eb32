/** The stretches of a text that took the most experts. */
import { maximalSegments } from './maximalSegments.js';
import { mean, standardDeviation } from './statistics.js';
import type { Word } from './words.js';

export interface Span {
  /** UTF-16 offsets into the text, and the tokens in it (both inclusive). */
  readonly start: number;
  readonly end: number;
  readonly first: number;
  readonly last: number;
  /** Mean count over its tokens. */
  readonly count: number;
}

export const MOST_SPANS = 10;

/** With less spread than this between words (in experts) no stretch took more than another. */
const LEAST_DEVIATION = 0.05;

/** What no span crosses: a blank line or the start of a list item, heading or quote... */
const BLOCK_START = /\n[^\S\r\n]*(?:\r?\n|[-*#>]|[0-9]+[.)])/;
/** ...and the end of a sentence (also of one in writing without spaces). */
const SENTENCE_END = /[.!?\u3002\uff01\uff1f]["')\]\u2019\u201d]*$/;

/**
 * Every word scores its count minus (mean + half a standard deviation) of all words; the spans are the maximal
 * scoring segments (Ruzzo & Tompa 1999) of that row, sentence by sentence: none goes over the end of a sentence, a
 * blank line or the start of a list item. Ranked by mean count over their tokens, at most ten; equals in reading order.
 */
export function topSpans(text: string, words: readonly Word[], counts: ArrayLike<number>): Span[] {
  const values = words.map((word) => word.count);
  const deviation = standardDeviation(values);
  if (!(deviation >= LEAST_DEVIATION)) return [];
  const threshold = mean(values) + deviation / 2;
  return sentences(text, words)
    .flatMap((sentence) => maximalSegments(sentence.map((word) => word.count - threshold)).map(({ first, last }) => toSpan(sentence.slice(first, last + 1), counts)))
    .sort((a, b) => b.count - a.count || a.start - b.start)
    .slice(0, MOST_SPANS);
}

function sentences(text: string, words: readonly Word[]): Word[][] {
  const groups: Word[][] = [];
  let previous: Word | undefined;
  for (const word of words) {
    const group = groups.at(-1);
    const begins = previous === undefined || BLOCK_START.test(text.slice(previous.end, word.end)) || SENTENCE_END.test(text.slice(previous.start, previous.end));
    if (group === undefined || begins) groups.push([word]);
    else group.push(word);
    previous = word;
  }
  return groups;
}

function toSpan(stretch: readonly Word[], counts: ArrayLike<number>): Span {
  const first = stretch[0]?.first ?? 0;
  const last = stretch.at(-1)?.last ?? first;
  const inside = Array.from({ length: last - first + 1 }, (_, i) => counts[first + i] ?? 0);
  return { start: stretch[0]?.start ?? 0, end: stretch.at(-1)?.end ?? 0, first, last, count: mean(inside) };
}

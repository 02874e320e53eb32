/**
 * What is written beside which stretch of the text: one mark per token (or word), with its number and its heat.
 *
 * White space gets neither number nor colour: a token without anything to see has no mark (it counts in the
 * means, and the panel and the hover show it), and a mark covers its token without the white space around it.
 * Tokens that share one character (an emoji in four bytes) share one mark that gives all their numbers.
 */
import type { RunAnalysis } from '../analysis/analyze.js';
import type { Comparison } from '../analysis/compare.js';
import { countText } from '../analysis/labels.js';
import { visibleRange } from '../analysis/words.js';
import type { Placement } from './segments.js';

export type InlineUnit = 'token' | 'word';

export interface InlineMark {
  /** First and last token, both inclusive. */
  readonly first: number;
  readonly last: number;
  /** Characters of the tokens before and after what is marked: white space. */
  readonly lead: number;
  readonly trail: number;
  /** The number: "1.5"; "1.5|2.0" for two policies; "1.5 1.2" for tokens that share a character. */
  readonly label: string;
  /** Heat 0..7. */
  readonly level: number;
  /** Among those where two policies differ the most. */
  readonly differs: boolean;
}

export interface MarkInput {
  readonly text: string;
  readonly placed: Placement;
  /** One run, or two that are compared. */
  readonly runs: readonly RunAnalysis[];
  readonly comparison: Comparison | undefined;
}

export function inlineMarks(input: MarkInput, unit: InlineUnit): InlineMark[] {
  const first = input.runs[0];
  if (first === undefined) return [];
  return unit === 'word' ? wordMarks(input, first) : tokenMarks(input, first);
}

function tokenMarks(input: MarkInput, run: RunAnalysis): InlineMark[] {
  const marks: InlineMark[] = [];
  const { segment, starts, ends } = input.placed;
  for (let t = 0; t < segment.length; t++) {
    if ((segment[t] ?? -1) < 0) continue;
    let last = t;
    while (segment[last + 1] === segment[t] && starts[last + 1] === starts[t] && ends[last + 1] === ends[t]) last++;
    const tokens = Array.from({ length: last - t + 1 }, (_, i) => t + i);
    const level = Math.max(...tokens.map((token) => run.heat[token] ?? 0));
    const label = tokens.map((token) => numbers(input.runs.map((each) => each.counts[token] ?? 0))).join(' ');
    pushMark(marks, input, t, last, label, level);
    t = last;
  }
  return marks;
}

function wordMarks(input: MarkInput, run: RunAnalysis): InlineMark[] {
  const marks: InlineMark[] = [];
  run.words.forEach((word, index) => {
    const label = numbers(input.runs.map((each) => each.words[index]?.count ?? 0)); // the same tokens, so the same words
    pushMark(marks, input, word.first, word.last, label, run.wordHeat[index] ?? 0);
  });
  return marks;
}

function pushMark(marks: InlineMark[], input: MarkInput, first: number, last: number, label: string, level: number): void {
  const { segment, starts, ends } = input.placed;
  let start = Number.MAX_SAFE_INTEGER;
  let end = -1;
  let differs = false;
  let lastInside = first;
  for (let t = first; t <= last; t++) {
    if (segment[t] !== segment[first]) continue; // a word over two segments is marked in its first
    start = Math.min(start, starts[t] ?? 0);
    end = Math.max(end, ends[t] ?? 0);
    lastInside = t;
    differs ||= input.comparison?.marked[t] === 1;
  }
  const seen = visibleRange(input.text, start, end);
  if (seen !== undefined) marks.push({ first, last: lastInside, lead: seen.start - start, trail: end - seen.end, label, level, differs });
}

function numbers(counts: readonly number[]): string {
  return counts.map(countText).join('|');
}

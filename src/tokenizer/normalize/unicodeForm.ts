import { PieceBuilder, type Piece } from '../align.js';
import { INERT } from './unicodeTables.js';

export type UnicodeForm = 'NFC' | 'NFD' | 'NFKC' | 'NFKD';

/** A character of the output; `change` as in the reference: 1 is put in, 0 replaces one, -n replaces one and removes the n that follow. */
export interface Mark {
  readonly character: string;
  readonly change: number;
}

const HAS_INERT = new RegExp(`[${INERT}]`, 'u');
/** The mark of combining class 240, the highest: any other mark after it changes places with it. */
const HIGHEST = '\u0345';

/** `String.normalize` takes quadratic time to sort the marks of one character. */
const MANY_MARKS = /\p{M}{100}/u;

/** What was found out about characters and pairs; texts use few. */
const starters = new Map<string, boolean>();
const ordered = new Map<string, boolean>();
const composites = new Map<string, string>();

/**
 * Unicode normalisation with alignment. The characters are those of `String.normalize` restricted to what the
 * reference's older Unicode knows. Which source characters an output character stands for follows the
 * reference step by step (crate unicode-normalization-alignments: decompose, sort by combining class,
 * recompose, counting what was put in and taken away), since marks that change places are counted in the order of the output.
 */
export function toUnicodeForm(piece: Piece, form: UnicodeForm): Piece {
  if (!HAS_INERT.test(piece.text) && !MANY_MARKS.test(piece.text) && piece.text.normalize(form) === piece.text) return piece;
  const decomposed = decompose(piece.text, form === 'NFC' || form === 'NFD' ? 'NFD' : 'NFKD');
  return alignMarks(piece, form === 'NFC' || form === 'NFKC' ? compose(decomposed) : decomposed);
}

function isInert(character: string): boolean {
  return HAS_INERT.test(character);
}

/** Combining class 0, of a character without decomposition. */
function isStarter(character: string): boolean {
  if (character < '\u0300') return true;
  let answer = starters.get(character);
  if (answer === undefined) {
    answer = character !== HIGHEST && (isInert(character) || (HIGHEST + character).normalize('NFD').startsWith(HIGHEST));
    starters.set(character, answer);
  }
  return answer;
}

function decompose(text: string, form: 'NFD' | 'NFKD'): Mark[] {
  const out: Mark[] = [];
  let run: Mark[] = [];
  const flush = (): void => {
    run.sort((a, b) => (isBelow(a.character, b.character) ? -1 : isBelow(b.character, a.character) ? 1 : 0)); // stable
    for (const mark of run) out.push(mark);
    run = [];
  };
  for (const character of text) {
    let change = 0;
    for (const part of character < '\x80' || isInert(character) ? [character] : character.normalize(form)) {
      if (isStarter(part)) {
        flush();
        out.push({ character: part, change });
      } else run.push({ character: part, change });
      change = 1;
    }
  }
  flush();
  return out;
}

/** For two marks: whether the combining class of the first is below that of the second; if so they change places when the other way round. */
function isBelow(first: string, second: string): boolean {
  if (first === second) return false;
  const pair = second + first;
  let answer = ordered.get(pair);
  if (answer === undefined) {
    answer = pair.normalize('NFD') !== pair;
    ordered.set(pair, answer);
  }
  return answer;
}

function compose(marks: readonly Mark[]): Mark[] {
  const out: Mark[] = [];
  let base = -1; // index in `out` of the starter that the next marks may join
  let last = ''; // the last mark after it that did not join
  for (const { character, change } of marks) {
    const starter = isStarter(character);
    const blocked = last !== '' && (starter || !isBelow(last, character));
    const joined = base < 0 || blocked ? '' : composite(out[base].character, character);
    if (joined !== '') {
      out[base] = { character: joined, change: out[base].change + change - 1 };
      continue;
    }
    out.push({ character, change });
    if (starter) {
      base = out.length - 1;
      last = '';
    } else if (base >= 0) last = character;
  }
  return out;
}

/** The primary composite of two characters, or ''. */
function composite(first: string, second: string): string {
  const pair = first + second;
  let answer = composites.get(pair);
  if (answer === undefined) {
    const one = pair.normalize('NFC');
    const single = String.fromCodePoint(one.codePointAt(0) ?? 0) === one;
    answer = single && !isInert(pair) && !isInert(one) && one.normalize('NFD') === first.normalize('NFD') + second ? one : '';
    composites.set(pair, answer);
  }
  return answer;
}

/** What each output character stands for, counted along the source's characters after the first `skipped`. */
export function alignMarks(piece: Piece, marks: readonly Mark[], skipped = 0): Piece {
  const { text, starts, ends } = piece;
  const out = new PieceBuilder();
  const advance = (unit: number): number => unit + ((text.codePointAt(unit) ?? 0) > 0xffff ? 2 : 1);
  let unit = 0;
  for (let i = 0; i < skipped; i++) unit = advance(unit);
  let previous = unit;
  for (const { character, change } of marks) {
    if (change > 0) {
      out.add(character, starts[previous], ends[previous]);
      continue;
    }
    out.add(character, starts[unit], ends[unit]);
    for (let i = 0; i <= -change; i++) {
      previous = unit;
      unit = advance(unit);
    }
  }
  return out.build();
}

import { slicePiece, type Piece } from '../align.js';
import { asString, invalid } from '../json.js';
import type { Matcher } from './pattern.js';

/** What becomes of a match when a text is split there. */
export type Behavior = 'Removed' | 'Isolated' | 'MergedWithPrevious' | 'MergedWithNext' | 'Contiguous';

const BEHAVIORS: readonly Behavior[] = ['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'];

export function asBehavior(value: unknown, where: string): Behavior {
  const name = asString(value, where);
  const behavior = BEHAVIORS.find((known) => known === name);
  if (behavior === undefined) throw invalid(where, `is no known behaviour: ${JSON.stringify(name)}`);
  return behavior;
}

interface Part {
  from: number;
  to: number;
  readonly isMatch: boolean;
}

/** A whole text in parts, in order and without holes: matches and what lies between them. */
export type Partition = (text: string) => readonly Part[];

export function partition(matcher: Matcher): Partition {
  return (text) => {
    const matches = matcher(text);
    const parts: Part[] = [];
    let done = 0;
    for (let m = 0; m < matches.length; m += 2) {
      if (matches[m] > done) parts.push({ from: done, to: matches[m], isMatch: false });
      parts.push({ from: matches[m], to: matches[m + 1], isMatch: true });
      done = matches[m + 1];
    }
    if (done < text.length) parts.push({ from: done, to: text.length, isMatch: false });
    return parts;
  };
}

/** The same parts; those between the matches now count as the matches. */
export function invert(parts: Partition): Partition {
  return (text) => parts(text).map((part) => ({ ...part, isMatch: !part.isMatch }));
}

/** Source: `NormalizedString::split` in the reference's tokenizer/normalizer.rs. Empty parts are left out. */
export function splitPiece(piece: Piece, parted: Partition, behavior: Behavior): Piece[] {
  const parts = parted(piece.text);
  const kept = behavior === 'Removed' ? parts.filter((part) => !part.isMatch) : behavior === 'Isolated' ? parts : merge(parts, behavior);
  return kept.filter((part) => part.to > part.from).map((part) => slicePiece(piece, part.from, part.to));
}

function merge(parts: readonly Part[], behavior: 'MergedWithPrevious' | 'MergedWithNext' | 'Contiguous'): Part[] {
  const backwards = behavior === 'MergedWithNext';
  const out: Part[] = [];
  let previousMatch = false;
  for (const part of backwards ? [...parts].reverse() : parts) {
    const last = out.at(-1);
    const joins = behavior === 'Contiguous' ? part.isMatch === previousMatch : part.isMatch && !previousMatch;
    previousMatch = part.isMatch;
    if (last === undefined || !joins) out.push({ ...part });
    else if (backwards) last.from = part.from;
    else last.to = part.to;
  }
  return backwards ? out.reverse() : out;
}

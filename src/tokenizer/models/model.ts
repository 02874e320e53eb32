import { unsupported } from '../json.js';
import type { Symbols } from './merges.js';

/** Takes one token of a word: units [from, to) of it. Tokens with bytes of one character have the same units. */
export type Emit = (id: number, from: number, to: number) => void;

/** What turns words into ids. */
export interface Model {
  readonly vocabulary: ReadonlyMap<string, number>;
  /** Cuts a word into tokens, in order. */
  tokenize(word: string, emit: Emit): void;
}

/** The tokens by id. */
export function namesOf(vocabulary: ReadonlyMap<string, number>): readonly (string | undefined)[] {
  const names: string[] = [];
  for (const [token, id] of vocabulary) names[id] = token;
  return names;
}

export function emitAll({ ids, starts, ends }: Symbols, emit: Emit): void {
  for (let i = 0; i < ids.length; i++) emit(ids[i], starts[i], ends[i]);
}

/** The id of each `<0xNN>`; undefined if there is none. All 256 are the rule: the reference gives no sensible order otherwise. */
export function byteTokens(vocabulary: ReadonlyMap<string, number>): readonly number[] | undefined {
  const ids: number[] = [];
  for (let byte = 0; byte < 256; byte++) {
    const id = vocabulary.get(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
    if (id !== undefined) ids.push(id);
  }
  if (ids.length > 0 && ids.length < 256) throw unsupported('byte fallback with only some of the 256 bytes');
  return ids.length === 256 ? ids : undefined;
}

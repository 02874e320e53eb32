import type { Symbols } from './merges.js';

/** Words kept with their tokens: as many as the reference keeps; a text repeats most of its words. */
const CACHED_WORDS = 10_000;
/** Longer words hardly repeat. */
const LONGEST_CACHED_WORD = 256;

/** `cut`, which keeps the tokens of words that it has seen. */
export function remembered(cut: (word: string) => Symbols): (word: string) => Symbols {
  const cache = new Map<string, Symbols>();
  return (word) => {
    const known = cache.get(word);
    if (known !== undefined) return known;
    const tokens = cut(word);
    if (cache.size >= CACHED_WORDS) cache.clear();
    if (word.length <= LONGEST_CACHED_WORD) cache.set(word, tokens);
    return tokens;
  };
}

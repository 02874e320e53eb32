import { BYTE_CHARACTERS } from '../byteLevel.js';
import { invalid } from '../json.js';
import { mergePairs, MERGES_LIMIT, type MergeRule, type Symbols } from './merges.js';
import { emitAll, type Model } from './model.js';
import { remembered } from './wordCache.js';

/**
 * tiktoken's byte-pair encoding: a word that is a token is taken whole; else neighbours merge when together they are a token, the one
 * of the lowest id first. Source: `_byte_pair_merge` in lib.rs of tiktoken.
 * @param vocabulary tokens in byte characters, all 256 bytes among them
 */
export function compileRanked(vocabulary: ReadonlyMap<string, number>): Model {
  const missing = BYTE_CHARACTERS.findIndex((character) => !vocabulary.has(character));
  if (missing >= 0) throw invalid('the vocabulary', `lacks the byte ${missing}`);
  let longest = 0;
  for (const [token, id] of vocabulary) {
    if (id >= MERGES_LIMIT) throw invalid('the vocabulary', `has the id ${id}, more than any`);
    longest = Math.max(longest, token.length);
  }
  const tokens = remembered((word) => {
    const ids = Int32Array.from(word, (character) => vocabulary.get(character) ?? -1);
    const starts = Int32Array.from(ids, (_, i) => i);
    return mergePairs({ ids, starts, ends: starts.map((start) => start + 1) }, ruleFor(word, vocabulary, longest));
  });
  return {
    vocabulary,
    tokenize(word, emit) {
      const whole = vocabulary.get(word);
      if (whole !== undefined) emit(whole, 0, word.length);
      else emitAll(tokens(word), emit);
    },
  };
}

function ruleFor(word: string, vocabulary: ReadonlyMap<string, number>, longest: number): MergeRule {
  return {
    slotOf: ({ starts, ends }: Symbols, i, j) => (ends[j] - starts[i] > longest ? -1 : (vocabulary.get(word.slice(starts[i], ends[j])) ?? -1)),
    rankAt: (id) => id,
    resultAt: (id) => id,
  };
}

import { invalid } from '../json.js';
import { mergePairs, MERGES_LIMIT, type MergeRule, type Symbols } from './merges.js';
import type { Model } from './model.js';
import { TextTrie } from '../textTrie.js';

/** A vocabulary in which neighbours merge when together they are a token, the one with the best score first. */
export interface ScoredVocabulary {
  /** The tokens that merges lead to. */
  readonly vocabulary: ReadonlyMap<string, number>;
  /** By id. */
  readonly scores: readonly number[];
  /** Tokens that nothing merges with; the longest at a place is taken first. */
  readonly frozen: ReadonlyMap<string, number>;
  /** Ids that are taken apart again, into the two that they came from. */
  readonly unused: ReadonlySet<number>;
  /** By byte; for characters that the vocabulary lacks. */
  readonly bytes: readonly number[] | undefined;
  /** For characters that the vocabulary lacks, if there are no bytes; neighbours become one. */
  readonly unknown: number | undefined;
}

/** SentencePiece's byte-pair encoding. Source: bpe_model.cc of sentencepiece; llm_tokenizer_spm of llama.cpp does the same. */
export function compileScored(parts: ScoredVocabulary): Model {
  const { vocabulary, bytes, unknown } = parts;
  const frozen = new TextTrie<number>();
  for (const [text, id] of parts.frozen) frozen.set(text, id);
  const ranks = denseRanks(parts.scores);
  let longest = 0;
  for (const text of vocabulary.keys()) longest = Math.max(longest, text.length);
  const utf8 = new TextEncoder();

  return {
    vocabulary,
    tokenize(word, emit) {
      let unknownFrom = -1; // where the characters begin that the vocabulary lacks
      const flush = (to: number): void => {
        if (unknownFrom < 0) return;
        if (unknown === undefined) throw invalid('the vocabulary', 'has no token for unknown characters, and the text holds one');
        emit(unknown, unknownFrom, to);
        unknownFrom = -1;
      };
      const take = (id: number, from: number, to: number): void => {
        if (id >= 0) {
          flush(from);
          emit(id, from, to);
        } else if (bytes !== undefined) for (const byte of utf8.encode(word.slice(from, to))) emit(bytes[byte], from, to);
        else if (unknownFrom < 0) unknownFrom = from;
      };
      for (const { id, from, to } of stretches(word, frozen)) {
        if (id >= 0) take(id, from, to);
        else {
          const rule = new ScoredRule(word, vocabulary, ranks, longest, parts.unused);
          const { ids, starts, ends } = mergePairs(characters(word, from, to, vocabulary), rule);
          for (let i = 0; i < ids.length; i++) rule.takeApart(ids[i], starts[i], ends[i], take);
        }
      }
      flush(word.length);
    },
  };
}

class ScoredRule implements MergeRule {
  private readonly cuts = new Map<string, number>(); // where an unused token was joined, in units of it

  constructor(
    private readonly word: string,
    private readonly vocabulary: ReadonlyMap<string, number>,
    private readonly ranks: Int32Array,
    private readonly longest: number,
    private readonly unused: ReadonlySet<number>,
  ) {}

  slotOf({ starts, ends }: Symbols, i: number, j: number): number {
    if (ends[j] - starts[i] > this.longest) return -1;
    const text = this.word.slice(starts[i], ends[j]);
    const id = this.vocabulary.get(text) ?? -1;
    if (id >= 0 && this.unused.has(id)) this.cuts.set(text, ends[i] - starts[i]);
    return id;
  }

  rankAt(id: number): number {
    return this.ranks[id];
  }

  resultAt(id: number): number {
    return id;
  }

  takeApart(id: number, from: number, to: number, take: (id: number, from: number, to: number) => void): void {
    const text = this.unused.has(id) ? this.word.slice(from, to) : '';
    const cut = this.cuts.get(text);
    if (cut === undefined) {
      take(id, from, to);
      return;
    }
    this.takeApart(this.vocabulary.get(text.slice(0, cut)) ?? -1, from, from + cut, take);
    this.takeApart(this.vocabulary.get(text.slice(cut)) ?? -1, from + cut, to, take);
  }
}

interface Stretch {
  /** -1: text between frozen tokens. */
  readonly id: number;
  readonly from: number;
  readonly to: number;
}

function stretches(word: string, frozen: TextTrie<number>): readonly Stretch[] {
  if (frozen.isEmpty) return [{ id: -1, from: 0, to: word.length }];
  const out: Stretch[] = [];
  let done = 0;
  for (let at = 0; at < word.length; ) {
    const hit = frozen.longest(word, at);
    if (hit === undefined) {
      at++;
      continue;
    }
    if (done < at) out.push({ id: -1, from: done, to: at });
    out.push({ id: hit.value, from: at, to: hit.to });
    at = done = hit.to;
  }
  if (done < word.length) out.push({ id: -1, from: done, to: word.length });
  return out;
}

/** The characters of a stretch with their ids, -1 where the vocabulary lacks one. */
function characters(word: string, from: number, to: number, vocabulary: ReadonlyMap<string, number>): Symbols {
  const all = Array.from(word.slice(from, to));
  const ids = Int32Array.from(all, (character) => vocabulary.get(character) ?? -1);
  const ends = new Int32Array(all.length);
  let end = from;
  for (const [i, character] of all.entries()) ends[i] = end += character.length;
  return { ids, starts: Int32Array.from(ends, (_, i) => (i === 0 ? from : ends[i - 1])), ends };
}

/** Scores as ranks: the best is 0, equal ones are equal. */
function denseRanks(scores: readonly number[]): Int32Array {
  if (scores.length >= MERGES_LIMIT) throw invalid('the vocabulary', `has ${scores.length} tokens, more than any`);
  const sorted = [...new Set(scores)].sort((a, b) => b - a);
  const ranks = new Map(sorted.map((score, rank) => [score, rank]));
  return Int32Array.from(scores, (score) => ranks.get(score) ?? 0);
}

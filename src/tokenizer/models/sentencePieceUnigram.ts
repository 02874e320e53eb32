import { Unigram } from '@huggingface/tokenizers';
import { invalid } from '../json.js';
import type { Model } from './model.js';
import type { Piece } from '../forms/sentencePieceFile.js';

/** What an unknown character costs below the worst token. */
const UNKNOWN_PENALTY = 10;
/** Of a token of the user's: the program means its length times the best score less 0.1, but begins to look for the best at FLT_MIN, so at 0. */
const USER_DEFINED_SCORE = -0.1;

export interface UnigramVocabulary {
  /** By id. */
  readonly pieces: readonly Piece[];
  readonly bytes: readonly number[] | undefined;
  readonly unknown: number | undefined;
}

/**
 * SentencePiece's Unigram: the likeliest path, which the library finds. The user's own tokens are so likely that they are always
 * taken; unused, control and byte tokens are no part of a path. Source: unigram_model.cc of sentencepiece.
 */
export function sentencePieceUnigram({ pieces, bytes, unknown }: UnigramVocabulary): Model {
  const normal = pieces.filter(({ type }) => type === 'normal').map(({ score }) => score);
  const worst = normal.reduce((a, b) => Math.min(a, b), Infinity);
  const vocabulary = new Map<string, number>();
  const entries: [string, number][] = [];
  for (const [id, { text, score, type }] of pieces.entries()) {
    if (type !== 'normal' && type !== 'user-defined') continue;
    vocabulary.set(text, id);
    entries.push([text, type === 'normal' ? score : USER_DEFINED_SCORE]);
  }
  if (normal.length === 0) throw invalid('tokenizer.model', 'has no ordinary tokens');
  const paths = new Unigram({ type: 'Unigram', unk_id: entries.length, vocab: entries }, '');
  paths.unk_score = worst - UNKNOWN_PENALTY;
  const utf8 = new TextEncoder();
  return {
    vocabulary,
    tokenize(word, emit) {
      let at = 0;
      let unknownFrom = -1;
      const flush = (): void => {
        if (unknownFrom >= 0) emit(unknown ?? 0, unknownFrom, at);
        unknownFrom = -1;
      };
      for (const part of paths.tokenize(word)) {
        const to = at + part.length;
        const id = vocabulary.get(part);
        if (id !== undefined) {
          flush();
          emit(id, at, to);
        } else if (bytes !== undefined) for (const byte of utf8.encode(part)) emit(bytes[byte], at, to);
        else if (unknown === undefined) throw invalid('tokenizer.model', 'has no token for unknown characters, and the text holds one');
        else if (unknownFrom < 0) unknownFrom = at;
        at = to;
      }
      flush();
    },
  };
}

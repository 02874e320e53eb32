import { asId, asObject, asOptionalString, invalid, type Json } from '../json.js';
import type { Model } from './model.js';

/** Words of more characters are unknown as a whole, unless the file says otherwise. */
const LONGEST_WORD = 100;

/**
 * BERT's vocabulary: the longest token at the beginning of a word, then the longest at the beginning of the rest, which has
 * "##" in front. A word that can't be cut so is unknown. Source: models/wordpiece/mod.rs of the reference.
 */
export function compileWordPiece(model: Json): Model {
  const vocabulary = readVocabulary(model);
  const prefix = model.continuing_subword_prefix === undefined ? '##' : asOptionalString(model.continuing_subword_prefix, 'model.continuing_subword_prefix');
  const longestWord = model.max_input_chars_per_word === undefined ? LONGEST_WORD : asId(model.max_input_chars_per_word, 'model.max_input_chars_per_word');
  const unknown = unknownToken(model, vocabulary, '[UNK]');
  let longest = 0;
  for (const token of vocabulary.keys()) longest = Math.max(longest, token.length);
  return {
    vocabulary,
    tokenize(word, emit) {
      const ends: number[] = [];
      const ids: number[] = [];
      let start = 0;
      while (start < word.length && (start > 0 || Array.from(word).length <= longestWord)) {
        let end = Math.min(word.length, start + longest);
        let id: number | undefined;
        for (; end > start; end--) {
          id = vocabulary.get((start > 0 ? prefix : '') + word.slice(start, end));
          if (id !== undefined) break;
        }
        if (id === undefined) break;
        ids.push(id);
        ends.push(end);
        start = end;
      }
      if (start < word.length) emit(unknown(), 0, word.length);
      else for (const [i, id] of ids.entries()) emit(id, i === 0 ? 0 : ends[i - 1], ends[i]);
    },
  };
}

/** A vocabulary of whole words. Source: models/wordlevel/mod.rs of the reference. */
export function compileWordLevel(model: Json): Model {
  const vocabulary = readVocabulary(model);
  const unknown = unknownToken(model, vocabulary, '<unk>');
  return { vocabulary, tokenize: (word, emit) => emit(vocabulary.get(word) ?? unknown(), 0, word.length) };
}

function readVocabulary(model: Json): ReadonlyMap<string, number> {
  const vocabulary = new Map<string, number>();
  for (const [token, id] of Object.entries(asObject(model.vocab, 'model.vocab'))) vocabulary.set(token, asId(id, 'model.vocab'));
  return vocabulary;
}

/** Found when it is needed: a file may lack it and still encode most texts. */
function unknownToken(model: Json, vocabulary: ReadonlyMap<string, number>, usual: string): () => number {
  const token = model.unk_token === undefined ? usual : asOptionalString(model.unk_token, 'model.unk_token');
  return () => {
    const id = vocabulary.get(token);
    if (id === undefined) throw invalid('model.unk_token', 'is not in the vocabulary, and the text holds a word that the vocabulary lacks');
    return id;
  };
}

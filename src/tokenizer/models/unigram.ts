import { Unigram } from '@huggingface/tokenizers';
import { asArray, asFlag, asId, asString, invalid, unsupported, type Json } from '../json.js';
import { byteTokens, type Emit, type Model } from './model.js';

/**
 * A vocabulary with scores; the likeliest path wins. The library finds the path. What an unknown stretch becomes is
 * decided here: the library knows no byte fallback and gives a literal `<unk>` the score of an unknown character.
 * Source: models/unigram/model.rs of the reference.
 */
export function compileUnigram(model: Json): Model {
  const entries = asArray(model.vocab, 'model.vocab').map((entry, i) => readEntry(entry, `model.vocab[${i}]`));
  if (entries.length === 0) throw invalid('model.vocab', 'is empty');
  if (typeof model.alpha === 'number' && model.alpha !== 0) throw unsupported('sampling of tokens, which makes ids a matter of chance');
  const vocabulary = new Map(entries.map(([token], id) => [token, id]));
  const unknown = model.unk_id === undefined || model.unk_id === null ? undefined : asId(model.unk_id, 'model.unk_id');
  if (unknown !== undefined && unknown >= entries.length) throw invalid('model.unk_id', 'is not in the vocabulary');
  const bytes = asFlag(model.byte_fallback, 'model.byte_fallback', false) ? byteTokens(vocabulary) : undefined;
  const paths = new Unigram({ type: 'Unigram', unk_id: unknown ?? entries.length, vocab: entries }, '');
  if (unknown !== undefined) paths.scores[unknown] = entries[unknown][1];
  const utf8 = new TextEncoder();

  const emitUnknown = (text: string, from: number, emit: Emit): void => {
    if (bytes !== undefined) for (const byte of utf8.encode(text)) emit(bytes[byte], from, from + text.length);
    else if (unknown !== undefined) emit(unknown, from, from + text.length);
    else throw invalid('model.unk_id', 'is missing, and the text holds a character that the vocabulary lacks');
  };
  return {
    vocabulary,
    tokenize(word, emit) {
      let at = 0;
      let stretch = ''; // unknown characters, joined
      const flush = (): void => {
        const id = vocabulary.get(stretch); // a literal `<unk>`
        if (id !== undefined) emit(id, at - stretch.length, at);
        else if (stretch !== '') emitUnknown(stretch, at - stretch.length, emit);
        stretch = '';
      };
      for (const part of paths.tokenize(word)) {
        const id = vocabulary.get(part);
        if (id === undefined || id === unknown) stretch += part;
        else {
          flush();
          emit(id, at, at + part.length);
        }
        at += part.length;
      }
      flush();
    },
  };
}

function readEntry(entry: unknown, where: string): [string, number] {
  const [token, score] = asArray(entry, where);
  if (typeof score !== 'number') throw invalid(where, 'has no score');
  return [asString(token, where), score];
}

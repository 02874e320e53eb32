import { asArray, asFlag, asId, asObject, asOptionalString, asString, invalid, unsupported, type Json } from '../json.js';
import { mergePairs, MERGES_LIMIT, MergeTable, type Symbols } from './merges.js';
import { byteTokens, emitAll, type Model } from './model.js';
import { remembered } from './wordCache.js';

/**
 * Byte-pair encoding. The library's own BPE is not used: it takes 3 to 6 s for 200,000 characters without a space
 * (SentencePiece-style files have no pre-tokenizer, so that is every text), it looks tokens up in a vocabulary into which added tokens were mixed,
 * joins unknown tokens across words, and does not tell which characters a token took.
 * Source: models/bpe/model.rs of the reference.
 */
export function compileBpe(model: Json): Model {
  const vocabulary = new Map<string, number>();
  for (const [token, id] of Object.entries(asObject(model.vocab, 'model.vocab'))) vocabulary.set(token, asId(id, 'model.vocab'));
  const dropout = model.dropout ?? 0;
  if (dropout !== 0) throw unsupported('dropout of merges, which makes ids a matter of chance');
  const prefix = asOptionalString(model.continuing_subword_prefix, 'model.continuing_subword_prefix');
  const merges = asArray(model.merges, 'model.merges');
  if (merges.length >= MERGES_LIMIT) throw unsupported(`${merges.length} merges`);
  const table = readMerges(merges, vocabulary, prefix.length);
  const wholeWords = asFlag(model.ignore_merges, 'model.ignore_merges', false);
  const characters = characterReader(model, vocabulary, prefix);
  const tokens = remembered((word) => mergePairs(characters(word), table));
  return {
    vocabulary,
    tokenize(word, emit) {
      const whole = wholeWords ? vocabulary.get(word) : undefined;
      if (whole !== undefined) {
        emit(whole, 0, word.length);
        return;
      }
      emitAll(tokens(word), emit);
    },
  };
}

/** Merges are "a b" or ["a", "b"]; old files begin with a line "#version". */
function readMerges(merges: readonly unknown[], vocabulary: ReadonlyMap<string, number>, prefixLength: number): MergeTable {
  const table = new MergeTable(merges.length);
  let rank = 0;
  for (const merge of merges) {
    if (typeof merge === 'string' && merge.startsWith('#version')) continue;
    const pair = typeof merge === 'string' ? merge.split(' ') : asArray(merge, 'model.merges');
    if (pair.length !== 2) throw invalid('model.merges', `holds what is not a pair: ${JSON.stringify(merge)}`);
    const left = asString(pair[0], 'model.merges');
    const right = asString(pair[1], 'model.merges');
    const first = vocabulary.get(left);
    const second = vocabulary.get(right);
    const merged = vocabulary.get(left + right.slice(prefixLength));
    if (first === undefined || second === undefined || merged === undefined) {
      throw invalid('model.merges', `joins ${JSON.stringify(left)} and ${JSON.stringify(right)}, and the vocabulary lacks one of them or the result`);
    }
    table.set(first, second, rank++, merged);
  }
  return table;
}

/** Cuts a word into characters known to the vocabulary, bytes, and unknown stretches. */
function characterReader(model: Json, vocabulary: ReadonlyMap<string, number>, prefix: string): (word: string) => Symbols {
  const suffix = asOptionalString(model.end_of_word_suffix, 'model.end_of_word_suffix');
  const bytes = asFlag(model.byte_fallback, 'model.byte_fallback', false) ? byteTokens(vocabulary) : undefined;
  const fuse = asFlag(model.fuse_unk, 'model.fuse_unk', false);
  const unknownToken = asOptionalString(model.unk_token, 'model.unk_token');
  const unknown = unknownToken === '' ? undefined : vocabulary.get(unknownToken);
  const utf8 = new TextEncoder();
  return (word) => {
    const ids: number[] = [];
    const starts: number[] = [];
    const ends: number[] = [];
    let to = 0;
    let afterUnknown = false;
    for (const character of word) {
      const from = to;
      to += character.length;
      const symbol = (from > 0 ? prefix : '') + character + (to === word.length ? suffix : '');
      const id = vocabulary.get(symbol);
      const isUnknown = id === undefined && bytes === undefined;
      if (isUnknown && unknownToken === '') continue; // the reference drops it
      if (isUnknown && unknown === undefined) throw invalid('model.unk_token', 'is not in the vocabulary');
      if (isUnknown && afterUnknown && fuse) {
        ends[ends.length - 1] = to;
        continue;
      }
      afterUnknown = isUnknown;
      const found = id !== undefined ? [id] : bytes !== undefined ? Array.from(utf8.encode(symbol), (byte) => bytes[byte]) : [unknown ?? 0];
      for (const one of found) {
        ids.push(one);
        starts.push(from);
        ends.push(to);
      }
    }
    return { ids: Int32Array.from(ids), starts: Int32Array.from(starts), ends: Int32Array.from(ends) };
  };
}

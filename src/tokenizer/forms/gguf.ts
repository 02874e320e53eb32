import { LensError } from '../../base/errors.js';
import type { JsonObject } from '../../checkpoint/checkpoint.js';
import type { AddedToken } from '../addedTokens.js';
import { compileBpe } from '../models/bpe.js';
import { compileDisplay } from '../display.js';
import type { Tokenizer } from '../encoding.js';
import { ggufPreTokenizer, impliedPreTokenizer } from './ggufPreTokenizers.js';
import { asArray, asFlag, asId, asOptionalString, asString, invalid, unsupported } from '../json.js';
import { byteTokens } from '../models/model.js';
import { buildTokenizer } from '../pipeline.js';
import type { Template } from '../postProcess.js';
import { compilePreTokenizer } from '../split/preTokenize.js';
import { compileScored } from '../models/scoredMerges.js';
import { sentencePieceNormalizer } from '../normalize/sentencePieceNormalize.js';
import { TextTrie } from '../textTrie.js';

/** Keys begin so. */
const PREFIX = 'tokenizer.ggml.';
/** `token_type` of llama.h. */
const UNKNOWN = 2;
const CONTROL = 3;
const USER_DEFINED = 4;

/** Tokens that are special whatever type a file gives them: old converters got them wrong. Source: llama-vocab.cpp, the list of tokens that end a text. */
const ALWAYS_SPECIAL = new Set([
  '<|eot_id|>', '<|im_end|>', '<|end|>', '<|return|>', '<|call|>', '<end_of_turn>', '<|endoftext|>', '</s>', '<|eom_id|>', '<EOT>', '_<EOT>', '[EOT]', '[EOS]',
  '<|end_of_text|>', '<end_of_utterance>', '<eos>', '<｜end▁of▁sentence｜>',
]);

/**
 * The tokenizer inside a GGUF, from its metadata: what llama.cpp's llama_tokenize gives with special tokens added and parsed
 * (llama-vocab.cpp), but for the split patterns, which are the original ones (ggufPreTokenizers.ts). As there, a text is not
 * normalised: GGUF has no place for a normaliser. Throws E_TOKENIZER_MISSING or E_TOKENIZER_INVALID.
 */
export function compileGguf(metadata: JsonObject, path: string): Tokenizer {
  const kind = asOptionalString(metadata[`${PREFIX}model`], `${PREFIX}model`);
  const tokens = metadata[`${PREFIX}tokens`];
  if (kind === '' || kind === 'none' || kind === 'no_vocab' || tokens === undefined) {
    throw new LensError('E_TOKENIZER_MISSING', `${path} has no tokenizer.`, 'Convert the model again with a current llama.cpp, or get another file of it.');
  }
  const names = asArray(tokens, `${PREFIX}tokens`).map((token, id) => asString(token, `${PREFIX}tokens[${id}]`) || `[EMPTY_${id}]`);
  const vocabulary = new Map(names.map((name, id) => [name, id]));
  if (vocabulary.size < names.length) throw invalid(`${PREFIX}tokens`, 'has the same token twice');
  switch (kind) {
    case 'gpt2': return byteLevel(metadata, names, vocabulary);
    case 'llama': return sentencePiece(metadata, names, vocabulary);
    default: throw unsupported(`a vocabulary of the kind ${JSON.stringify(kind)}`);
  }
}

type Vocabulary = ReadonlyMap<string, number>;

function byteLevel(metadata: JsonObject, names: readonly string[], vocabulary: Vocabulary): Tokenizer {
  const pre = impliedPreTokenizer(metadata['general.architecture']) ?? (asOptionalString(metadata[`${PREFIX}pre`], `${PREFIX}pre`) || 'default');
  const known = ggufPreTokenizer(pre);
  if (known === undefined) throw unsupported(`the pre-tokenizer ${JSON.stringify(pre)}`);
  return buildTokenizer({
    names,
    added: specialTokens(metadata, names),
    normalize: (piece) => piece,
    preTokenize: compilePreTokenizer(known.steps),
    model: compileBpe({ vocab: Object.fromEntries(vocabulary), merges: mergesOf(metadata, vocabulary), ignore_merges: known.ignoreMerges }),
    template: templateOf(metadata, names.length, known.addBos, undefined, undefined),
    display: compileDisplay({ decoder: { type: 'ByteLevel' } }),
  });
}

/** Those that join two tokens into a third. Others make nothing that could be given, and llama.cpp opens files with them. */
function mergesOf(metadata: JsonObject, vocabulary: Vocabulary): readonly string[] {
  const where = `${PREFIX}merges`;
  return asArray(metadata[where], where).map((merge, i) => asString(merge, `${where}[${i}]`)).filter((merge) => {
    const [left, right, ...rest] = merge.split(' ');
    return right === undefined || rest.length > 0 || [left, right, left + right].every((token) => vocabulary.has(token));
  });
}

function sentencePiece(metadata: JsonObject, names: readonly string[], vocabulary: Vocabulary): Tokenizer {
  const addDummyPrefix = asFlag(metadata[`${PREFIX}add_space_prefix`], `${PREFIX}add_space_prefix`, true);
  return buildTokenizer({
    names,
    added: specialTokens(metadata, names),
    normalize: sentencePieceNormalizer({ charsmap: new Uint8Array(), addDummyPrefix, removeExtraWhitespaces: false, escapeWhitespaces: true }, new TextTrie(), true),
    preTokenize: (piece) => (piece.text === '' ? [] : [piece]),
    model: compileScored({
      vocabulary,
      scores: scoresOf(metadata, names.length),
      frozen: new Map(),
      unused: new Set(),
      bytes: byteTokens(vocabulary),
      unknown: tokenId(metadata, 'unknown_token_id', names.length) ?? 0,
    }),
    template: templateOf(metadata, names.length, true, 1, 2),
    display: compileDisplay({ decoder: { type: 'Metaspace', replacement: '\u2581' } }),
  });
}

function scoresOf(metadata: JsonObject, length: number): readonly number[] {
  const where = `${PREFIX}scores`;
  if (metadata[where] === undefined) return new Array<number>(length).fill(0);
  const scores = asArray(metadata[where], where);
  if (scores.length < length) throw invalid(where, 'has fewer elements than there are tokens');
  return scores.slice(0, length).map((score) => {
    if (typeof score !== 'number' || Number.isNaN(score)) throw invalid(where, 'holds what is not a number');
    return score;
  });
}

/** A special token's id, if the file has a sensible one: llama.cpp passes over others. */
function tokenId(metadata: JsonObject, name: string, length: number): number | undefined {
  const value = metadata[`${PREFIX}${name}`];
  if (value === undefined) return undefined;
  const id = typeof value === 'number' && value >= length ? undefined : asId(value, `${PREFIX}${name}`);
  return id;
}

function templateOf(metadata: JsonObject, length: number, bosByDefault: boolean, usualBos: number | undefined, usualEos: number | undefined): Template {
  const put = (flag: string, byDefault: boolean, name: string, usual: number | undefined): readonly number[] => {
    if (!asFlag(metadata[`${PREFIX}${flag}`], `${PREFIX}${flag}`, byDefault)) return [];
    const id = tokenId(metadata, name, length) ?? usual;
    return id === undefined || id >= length ? [] : [id];
  };
  return [...put('add_bos_token', bosByDefault, 'bos_token_id', usualBos), 'text', ...put('add_eos_token', false, 'eos_token_id', usualEos)];
}

/** Control, unknown and the user's own tokens are found in the text before anything else looks at it. */
function specialTokens(metadata: JsonObject, names: readonly string[]): readonly AddedToken[] {
  const where = `${PREFIX}token_type`;
  const types = metadata[where] === undefined ? [] : asArray(metadata[where], where);
  if (types.length > 0 && types.length < names.length) throw invalid(where, 'has fewer elements than there are tokens');
  const takesSpace = spaceTaker(metadata);
  return names.flatMap((content, id) => {
    const type = types.at(id);
    const special = type === CONTROL || type === UNKNOWN || type === USER_DEFINED || ALWAYS_SPECIAL.has(content);
    return special ? [{ id, content, normalized: false, singleWord: false, takesSpaceBefore: false, takesSpaceAfter: takesSpace(content) }] : [];
  });
}

/** Phi-3 and Phi-3.5-MoE: most special tokens take the spaces after them. A GGUF has no other sign of it than the model's name. */
function spaceTaker(metadata: JsonObject): (token: string) => boolean {
  const name = metadata['general.name'];
  if (typeof name !== 'string' || !/phi[- ]?3/i.test(name)) return () => false;
  return (token) => !['<unk>', '<s>', '<|endoftext|>'].includes(token);
}

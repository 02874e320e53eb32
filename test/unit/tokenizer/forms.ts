import { readFileSync } from 'node:fs';
import type { JsonObject } from '../../../src/checkpoint/checkpoint';
import type { Tokenizer } from '../../../src/tokenizer/encoding';
import { compileGguf } from '../../../src/tokenizer/forms/gguf';
import { compileSentencePiece } from '../../../src/tokenizer/forms/sentencePiece';
import { readSentencePiece } from '../../../src/tokenizer/forms/sentencePieceFile';
import type { SlowSettings } from '../../../src/tokenizer/forms/slowSettings';
import { FOLDER, readBase } from './kinds';

/** Tokenizers that are no tokenizer.json, made by test/fixtures/make/tokenizers_forms.py and tokenizers_gguf.py. */
export const FORMS = `${FOLDER}forms/`;

type Ids = readonly (readonly number[])[];

interface Forms {
  readonly sentencepiece: Readonly<Record<string, { readonly ids: Ids; readonly spans: Ids | null }>>;
  readonly llama: readonly { readonly name: string; readonly config: JsonObject | null; readonly ids: Ids }[];
  readonly tiktoken: Readonly<Record<string, Ids>>;
  readonly slow: Readonly<Record<string, { readonly base: string; readonly config: JsonObject; readonly ids: Ids }>>;
}

interface GgufKind {
  readonly base: string;
  /** Empty: the kind "llama". */
  readonly pre: string;
  readonly ids: Ids;
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

export const forms = readJson(`${FORMS}forms.json`) as Forms;
export const ggufKinds = (readJson(`${FOLDER}gguf.json`) as { readonly kinds: readonly GgufKind[] }).kinds;
export const modelNames = Object.keys(forms.sentencepiece);

/** A model without anything around it, as sentencepiece itself uses it. */
const ALONE: SlowSettings = { tokenizerClass: 'None', flag: (_, fallback) => fallback, special: () => undefined, added: () => [] };

export function modelBytes(name: string): Uint8Array {
  return readFileSync(`${FORMS}sentencepiece/${name}.model`);
}

export function sentencePiece(name: string): Tokenizer {
  return compileSentencePiece(readSentencePiece(modelBytes(name)), ALONE);
}

interface AddedToken {
  readonly content: string;
  readonly special: boolean;
}

/** The metadata that tokenizers_gguf.py writes for the same kind. */
export function ggufMetadata(base: string, pre: string): JsonObject {
  const file = readBase(base);
  const special = new Map((file.added_tokens as readonly AddedToken[]).map((token) => [token.content, token.special]));
  const vocabulary = new Map(Object.entries(file.model.vocab));
  for (const content of special.keys()) if (!vocabulary.has(content)) vocabulary.set(content, vocabulary.size);
  const names = [...vocabulary].sort((a, b) => a[1] - b[1]).map(([token]) => token);
  const merges = (file.model.merges as readonly (string | readonly string[])[]).map((merge) => (typeof merge === 'string' ? merge : merge.join(' ')));
  const type = (token: string): number => {
    if (token === '<unk>') return 2;
    if (special.has(token)) return special.get(token) === true ? 3 : 4;
    return pre === '' && token.startsWith('<0x') ? 6 : 1;
  };
  const common = { 'tokenizer.ggml.tokens': names, 'tokenizer.ggml.token_type': names.map(type) };
  if (pre !== '') return { ...common, 'tokenizer.ggml.model': 'gpt2', 'tokenizer.ggml.pre': pre, 'tokenizer.ggml.merges': merges, 'tokenizer.ggml.bos_token_id': 0 };
  const rank = new Map<string, number>();
  for (const [i, merge] of merges.entries()) if (!rank.has(merge.replaceAll(' ', ''))) rank.set(merge.replaceAll(' ', ''), i);
  return {
    ...common,
    'tokenizer.ggml.model': 'llama',
    'tokenizer.ggml.scores': names.map((token, i) => (type(token) === 1 ? -(rank.get(token) ?? merges.length + i) : 0)),
    'tokenizer.ggml.bos_token_id': 1,
    'tokenizer.ggml.eos_token_id': 2,
    'tokenizer.ggml.unknown_token_id': 0,
    'tokenizer.ggml.add_space_prefix': base === 'spm',
  };
}

export function gguf(base: string, pre: string): Tokenizer {
  return compileGguf(ggufMetadata(base, pre), 'model.gguf');
}

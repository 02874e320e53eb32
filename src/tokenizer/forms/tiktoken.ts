import { LensError } from '../../base/errors.js';
import type { AddedToken } from '../addedTokens.js';
import { BYTE_CHARACTERS } from '../byteLevel.js';
import { compileDisplay } from '../display.js';
import type { Tokenizer } from '../encoding.js';
import { asUtf8, readBytes } from './folder.js';
import { asId, invalid, unsupported } from '../json.js';
import { compileNormalizer } from '../normalize/normalize.js';
import { BYTES, CL100K, KIMI, O200K, QWEN2, sequence, split } from './patterns.js';
import { buildTokenizer } from '../pipeline.js';
import type { Template } from '../postProcess.js';
import { compilePreTokenizer } from '../split/preTokenize.js';
import { compileRanked } from '../models/rankedMerges.js';
import { readSlowSettings, type SlowSettings } from './slowSettings.js';

/** What a tiktoken file leaves to the program that reads it. */
interface TiktokenKind {
  readonly pattern: string;
  readonly nfc?: boolean;
  /** Special tokens by id, beside those that tokenizer_config.json lists. `base`: the number of ordinary tokens. */
  readonly special: (base: number) => ReadonlyMap<string, number>;
}

/** "name", "name", ... from id `first` on. */
const numbered = (first: number, names: readonly string[]): ReadonlyMap<string, number> => new Map(names.map((name, i) => [name, first + i]));

/** Source: tokenization_qwen.py of Qwen/Qwen-7B. */
const QWEN: TiktokenKind = {
  pattern: QWEN2,
  nfc: true,
  special: (base) => numbered(base, ['<|endoftext|>', '<|im_start|>', '<|im_end|>', ...Array.from({ length: 205 }, (_, i) => `<|extra_${i}|>`)]),
};
/** Source: openai/tiktoken, openai_public.py; the ids that gpt-oss names are those of openai/harmony. */
const OPENAI_200K: TiktokenKind = {
  pattern: O200K,
  special: () => new Map([
    ['<|startoftext|>', 199998], ['<|endoftext|>', 199999], ['<|return|>', 200002], ['<|constrain|>', 200003], ['<|channel|>', 200005],
    ['<|start|>', 200006], ['<|end|>', 200007], ['<|message|>', 200008], ['<|call|>', 200012], ['<|endofprompt|>', 200018],
  ]),
};
const OPENAI_100K: TiktokenKind = {
  pattern: CL100K,
  special: () => new Map([['<|endoftext|>', 100257], ['<|fim_prefix|>', 100258], ['<|fim_middle|>', 100259], ['<|fim_suffix|>', 100260], ['<|endofprompt|>', 100276]]),
};
/** Source: tokenization_kimi.py of moonshotai/Kimi-K2-Base: names come from tokenizer_config.json, the others of 256 are reserved. */
const MOONSHOT: TiktokenKind = { pattern: KIMI, special: (base) => numbered(base, Array.from({ length: 256 }, (_, i) => `<|reserved_token_${base + i}|>`)) };

/** Which files stand for what: by their name, and where that says nothing, by the Python class that reads them. */
const BY_NAME: Readonly<Record<string, TiktokenKind>> = { 'qwen.tiktoken': QWEN, 'o200k_base.tiktoken': OPENAI_200K, 'o200k_harmony.tiktoken': OPENAI_200K, 'cl100k_base.tiktoken': OPENAI_100K };
const BY_CLASS: Readonly<Record<string, TiktokenKind>> = { QWenTokenizer: QWEN, TikTokenTokenizer: MOONSHOT };

/** The tiktoken file of a folder, undefined if there is none. */
export function tiktokenName(names: ReadonlySet<string>): string | undefined {
  const found = [...names].filter((name) => name.endsWith('.tiktoken') || name === 'tiktoken.model').sort();
  return found.find((name) => Object.hasOwn(BY_NAME, name)) ?? found.at(0);
}

/**
 * The tokenizer of a folder with a tiktoken file: bytes in base64 with their ranks, which are their ids; neighbours of the lowest
 * rank merge first. Throws E_TOKENIZER_INVALID (also where nothing says how it splits a text) or E_UNREADABLE.
 */
export async function readTiktokenFolder(folder: string, names: ReadonlySet<string>): Promise<Tokenizer> {
  const name = tiktokenName(names) ?? '';
  const bytes = await readBytes(folder, name);
  if (bytes === undefined) throw new LensError('E_TOKENIZER_MISSING', `${name} is gone from ${folder}.`);
  return compileTiktoken(bytes, name, await readSlowSettings(folder));
}

/** Whether a file's bytes begin as a tiktoken file does: some have the name of another form. */
export function looksLikeTiktoken(bytes: Uint8Array): boolean {
  return /^[A-Za-z0-9+/]+={0,2} \d+\r?\n/.test(Buffer.from(bytes.subarray(0, 256)).toString('latin1'));
}

/** @param name of the file, which may tell what it is for */
export function compileTiktoken(bytes: Uint8Array, name: string, settings: SlowSettings): Tokenizer {
  const kind = kindOf(name, settings);
  const vocabulary = readRanks(asUtf8(bytes, name), name);
  return compileRanks(vocabulary, kind, specialTokens(vocabulary.size, kind, settings));
}

function kindOf(name: string, { tokenizerClass }: SlowSettings): TiktokenKind {
  if (Object.hasOwn(BY_NAME, name)) return BY_NAME[name];
  if (Object.hasOwn(BY_CLASS, tokenizerClass)) return BY_CLASS[tokenizerClass];
  throw unsupported(`${name} of ${tokenizerClass === '' ? 'no named class' : `the class ${tokenizerClass}`}: how that splits a text is in its program only`);
}

const LINE = /^([A-Za-z0-9+/]+={0,2}) (\d{1,10})$/;

/** Tokens in byte characters, by id. Throws E_TOKENIZER_INVALID. */
function readRanks(text: string, name: string): ReadonlyMap<string, number> {
  const vocabulary = new Map<string, number>();
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const match = LINE.exec(line.trimEnd());
    if (match === null) throw invalid(`${name}, line ${i + 1},`, 'is not base64 and a number');
    addToken(vocabulary, Buffer.from(match[1], 'base64'), asId(Number(match[2]), `${name}, line ${i + 1},`), name);
  }
  return vocabulary;
}

/** Adds a token, given as bytes. Throws E_TOKENIZER_INVALID if it is there already. */
export function addToken(vocabulary: Map<string, number>, bytes: Uint8Array, id: number, name: string): void {
  const token = Array.from(bytes, (byte) => BYTE_CHARACTERS[byte]).join('');
  if (token === '' || vocabulary.has(token)) throw invalid(name, `has ${token === '' ? 'an empty token' : 'the same token twice'}`);
  vocabulary.set(token, id);
}

function specialTokens(base: number, kind: TiktokenKind, settings: SlowSettings): readonly AddedToken[] {
  const listed = settings.added(new Map());
  const taken = new Set(listed.map(({ id }) => id));
  const usual = [...kind.special(base)].filter(([content, id]) => !taken.has(id) && !listed.some((token) => token.content === content));
  return [...listed, ...usual.map(([content, id]) => specialToken(content, id))];
}

export function specialToken(content: string, id: number): AddedToken {
  return { id, content, normalized: false, singleWord: false, takesSpaceBefore: false, takesSpaceAfter: false };
}

/** @param vocabulary of tokens in byte characters */
export function compileRanks(vocabulary: ReadonlyMap<string, number>, { pattern, nfc = false }: Pick<TiktokenKind, 'pattern' | 'nfc'>, added: readonly AddedToken[], template: Template = ['text']): Tokenizer {
  const names: string[] = [];
  for (const [token, id] of vocabulary) names[id] = token;
  return buildTokenizer({
    names,
    added,
    normalize: compileNormalizer(nfc ? { type: 'NFC' } : null),
    preTokenize: compilePreTokenizer(sequence(split(pattern), BYTES)),
    model: compileRanked(vocabulary),
    template,
    display: compileDisplay({ decoder: { type: 'ByteLevel' } }),
  });
}

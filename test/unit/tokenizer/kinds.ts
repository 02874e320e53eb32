import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Encoding, Tokenizer } from '../../../src/tokenizer/encoding';
import { compileTokenizer } from '../../../src/tokenizer/forms/tokenizerJson';

/** Tokenizers and golden encodings of test/fixtures/tokenizer, made by test/fixtures/make/tokenizers_golden.py. */
export const FOLDER = fileURLToPath(new URL('../../fixtures/tokenizer/', import.meta.url));

interface TokenizerFile {
  readonly model: { readonly vocab: Readonly<Record<string, number>>; readonly [key: string]: unknown };
  readonly [key: string]: unknown;
}

interface Kind {
  readonly base: string;
  readonly parts: { readonly model?: { readonly type?: string } };
  /** Of each text: ids, and [start, end, start, end, ...], empty where the reference's own offsets are wrong. */
  readonly tokens: readonly (readonly [readonly number[], readonly number[]])[];
  /** Of each long text: SHA-256 of ids and spans as 32-bit integers. */
  readonly long: readonly (string | null)[];
}

interface Golden {
  readonly texts: readonly string[];
  readonly kinds: Readonly<Record<string, Kind>>;
}

export const golden = JSON.parse(readFileSync(`${FOLDER}golden.json`, 'utf8')) as Golden;
export const kindNames = Object.keys(golden.kinds);
export const bases = readdirSync(FOLDER).filter((name) => existsSync(`${FOLDER}${name}/tokenizer.json`));

export function readBase(name: string): TokenizerFile {
  return JSON.parse(readFileSync(`${FOLDER}${name}/tokenizer.json`, 'utf8')) as TokenizerFile;
}

/** The same file as the Python script's `variant`. */
export function kindFile(name: string): TokenizerFile {
  const { base, parts } = golden.kinds[name];
  const file = readBase(base);
  if (parts.model?.type !== 'Unigram') return { ...file, ...parts, model: (parts.model?.type === undefined ? { ...file.model, ...parts.model } : parts.model) as TokenizerFile['model'] };
  const tokens = Object.entries(file.model.vocab).sort((a, b) => a[1] - b[1]);
  const vocab = tokens.map(([token], i) => [token, -(i % 97) / 8 - 12 / Array.from(token).length]);
  return { ...file, ...parts, model: { ...parts.model, vocab: vocab as unknown as Record<string, number> } };
}

const compiled = new Map<string, Tokenizer>();

export function kind(name: string): Tokenizer {
  const tokenizer = compiled.get(name) ?? compileTokenizer(kindFile(name));
  compiled.set(name, tokenizer);
  return tokenizer;
}

/** [start, end, start, end, ...] */
export function spansOf({ starts, ends }: Encoding): number[] {
  return Array.from(starts, (start, i) => [start, ends[i]]).flat();
}

/** The text of each token, by its span. */
export function partsOf(text: string, { starts, ends }: Encoding): string[] {
  return Array.from(starts, (start, i) => text.slice(start, ends[i]));
}

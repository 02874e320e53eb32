import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLensError } from '../../../src/base/errors';
import { compileGguf } from '../../../src/tokenizer/forms/gguf';
import { compileSentencePiece } from '../../../src/tokenizer/forms/sentencePiece';
import { readSentencePiece } from '../../../src/tokenizer/forms/sentencePieceFile';
import type { Tokenizer } from '../../../src/tokenizer/encoding';
import { compileTokenizer } from '../../../src/tokenizer/forms/tokenizerJson';
import { ggufMetadata, modelBytes, modelNames } from './forms';
import { kindFile, kindNames } from './kinds';
import { loadFolder, tempFolders } from './tempFolder';

const folderWith = tempFolders();

const TEXT = 'The  router é混合🙂\r\n12 <s>';

/** Expects that a tokenizer is refused with a code, or that it works. */
function expectCoded(compile: () => Tokenizer): void {
  try {
    const { ids, starts, ends } = compile().encode(TEXT);
    expect([starts.length, ends.length]).toEqual([ids.length, ids.length]);
  } catch (error) {
    if (!isLensError(error, 'E_TOKENIZER_INVALID') && !isLensError(error, 'E_TOKENIZER_MISSING')) throw error;
  }
}

/** Any value that JSON can hold, small or odd. */
const oddValue = fc.oneof(fc.constantFrom<unknown>(null, -1, 0, 1.5, 1e300, true, '', 'x', '\ud800', [], {}, [null], [[]], { type: 'Sequence' }, { type: '' }), fc.jsonValue({ maxDepth: 2 }));

/** The same file with one value, somewhere, replaced or taken away. */
function mutated(value: unknown, way: readonly number[], put: unknown): unknown {
  const [step, ...rest] = way;
  if (step === undefined || typeof value !== 'object' || value === null) return put;
  const keys = Object.keys(value);
  if (keys.length === 0) return put;
  const key = keys[step % keys.length];
  const inner = (value as Record<string, unknown>)[key];
  const changed = rest.length === 0 ? put : mutated(inner, rest, put);
  if (Array.isArray(value)) return value.map((item: unknown, i) => (String(i) === key ? changed : item));
  return Object.fromEntries(Object.entries(value).flatMap(([name, item]) => (name === key ? (changed === undefined ? [] : [[name, changed]]) : [[name, item as unknown]])));
}

const way = fc.array(fc.nat(1000), { minLength: 1, maxLength: 5 });

describe('a damaged tokenizer gives a coded error or works', () => {
  it.each(kindNames.filter((name) => !name.endsWith('-400')))('tokenizer.json: %s', (name) => {
    const file = kindFile(name);
    fc.assert(fc.property(way, fc.option(oddValue, { nil: undefined }), (steps, put) => {
      expectCoded(() => compileTokenizer(mutated(file, steps, put)));
    }), { numRuns: 40 });
  });

  it('tokenizer.json that is any JSON', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => {
      expectCoded(() => compileTokenizer(value));
    }));
  });

  const settings = { tokenizerClass: '', flag: (_: string, fallback: boolean) => fallback, special: () => undefined, added: () => [] };

  it.each(modelNames)('tokenizer.model with changed bytes: %s', (name) => {
    const bytes = modelBytes(name);
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }), fc.nat(bytes.length), (changes, length) => {
      const damaged = Uint8Array.from(bytes);
      for (const [at, byte] of changes) damaged[at] = byte;
      expectCoded(() => compileSentencePiece(readSentencePiece(damaged), settings));
      expectCoded(() => compileSentencePiece(readSentencePiece(damaged.subarray(0, length)), settings));
    }), { numRuns: 150 });
  });

  it('tokenizer.model of any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      expectCoded(() => compileSentencePiece(readSentencePiece(bytes), settings));
    }), { numRuns: 500 });
  });

  it.each([['gpt2', 'olmo'], ['o200k', 'gpt-4o'], ['spm', '']])('metadata of a GGUF: %s %s', (base, pre) => {
    const metadata = ggufMetadata(base, pre);
    fc.assert(fc.property(way, fc.option(oddValue, { nil: undefined }), (steps, put) => {
      const changed = mutated(metadata, steps, put);
      if (typeof changed === 'object' && changed !== null) expectCoded(() => compileGguf(changed as Record<string, unknown>, 'model.gguf'));
    }), { numRuns: 100 });
  });

  it('files beside a vocabulary', async () => {
    const names = ['tokenizer_config.json', 'special_tokens_map.json', 'added_tokens.json'];
    await fc.assert(fc.asyncProperty(fc.constantFrom(...names), fc.oneof(oddValue, fc.record({ added_tokens_decoder: oddValue, tokenizer_class: oddValue, bos_token: oddValue, additional_special_tokens: oddValue }, { requiredKeys: [] })), async (name, value) => {
      const folder = await folderWith({ 'tokenizer.model': modelBytes('bpe'), [name]: JSON.stringify(value) });
      const tokenizer = await loadFolder(folder).catch((error: unknown) => error);
      if (tokenizer instanceof Error) expect(isLensError(tokenizer, 'E_TOKENIZER_INVALID')).toBe(true);
    }), { numRuns: 100 });
  });
});

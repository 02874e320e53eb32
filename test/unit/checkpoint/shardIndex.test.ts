import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LensError } from '../../../src/base/errors.js';
import { parseShardIndex } from '../../../src/checkpoint/shardIndex.js';
import { expectCode } from './helpers.js';

const index = (weightMap: unknown): string => JSON.stringify({ metadata: { total_size: 1 }, weight_map: weightMap });
const naming = (file: unknown): (() => unknown) => () => parseShardIndex(index({ a: 'ok.safetensors', b: file }), 'i.json');

describe('parseShardIndex', () => {
  it('gives each file once and the file of each tensor', () => {
    const { files, weightMap } = parseShardIndex(index({ a: '2.safetensors', b: '1.safetensors', c: '2.safetensors' }), 'i.json');
    expect(files).toEqual(['2.safetensors', '1.safetensors']);
    expect([...weightMap]).toEqual([['a', '2.safetensors'], ['b', '1.safetensors'], ['c', '2.safetensors']]);
  });

  it.each([
    '../x.safetensors', '..', '.', '', '/etc/passwd', '/x.safetensors', 'sub/x.safetensors', './x.safetensors', '..\\x.safetensors', 'sub\\x.safetensors',
    'C:\\x.safetensors', 'C:x.safetensors', '\\\\server\\share\\x.safetensors', 'x.safetensors:stream', 'file:x.safetensors', 'x\0.safetensors', 'x\n.safetensors',
  ])('%j leaves the folder, or may: E_PATH', async (file) => {
    await expectCode('E_PATH', naming(file));
  });

  it.each([null, 1, {}, [], true, 'weights.bin', 'config.json', 'x.safetensors.part'].map((file) => ({ file })))('$file is no shard: E_INDEX_INVALID', async ({ file }) => {
    await expectCode('E_INDEX_INVALID', naming(file));
  });

  it.each(['', '[]', 'null', '{}', '{"weight_map":', '{"weight_map":[]}', '{"weight_map":"x"}', '{"weight_map":{}}', '{"weight_map":{"a":NaN}}', '{"weight_map":null}'])('%j is E_INDEX_INVALID', async (text) => {
    await expectCode('E_INDEX_INVALID', () => parseShardIndex(text, 'i.json'));
  });

  it('refuses a tensor that is named twice', async () => {
    await expectCode('E_DUPLICATE_KEY', () => parseShardIndex('{"weight_map":{"a":"1.safetensors","a":"2.safetensors"}}', 'i.json'));
  });

  it('refuses more shards than could be open files, and nesting that could exhaust the stack', async () => {
    await expectCode('E_INDEX_INVALID', () => parseShardIndex(index(Object.fromEntries(Array.from({ length: 1025 }, (_, i) => [`t${i}`, `${i}.safetensors`]))), 'i.json'));
    await expectCode('E_INDEX_INVALID', () => parseShardIndex(`{"weight_map":${'{"a":'.repeat(100_000)}`, 'i.json'));
  });

  it('whatever the index names, only plain .safetensors names come out, or a LensError', () => {
    const piece = fc.constantFrom('..', '.', '/', '\\', 'C:', 'etc', 'x', '.safetensors', '\0', ' ', '~', '%2e%2e%2f', '\u2044');
    const file = fc.oneof(fc.string(), fc.array(piece, { maxLength: 6 }).map((p) => `${p.join('')}.safetensors`), fc.array(piece).map((p) => p.join('')));
    fc.assert(fc.property(fc.dictionary(fc.string(), file), (map) => {
      try {
        for (const name of parseShardIndex(index(map), 'i.json').files) expect(name).toMatch(/^[^/\\:\0]*\.safetensors$/i);
      } catch (error) {
        expect(error).toBeInstanceOf(LensError);
      }
    }), { numRuns: 1000 });
  });

  it('any text gives an index or a LensError', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), fc.json().map((j) => `{"weight_map":${j}}`)), (text) => {
      try {
        expect(parseShardIndex(text, 'i.json').files.length).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toBeInstanceOf(LensError);
      }
    }), { numRuns: 1000 });
  });
});

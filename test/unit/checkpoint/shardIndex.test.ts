import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LensError } from '../../../src/base/errors.js';
import { parseShardIndex, type ShardIndex } from '../../../src/checkpoint/shardIndex.js';
import { isPickleName, isSafetensorsName } from '../../../src/checkpoint/weightFiles.js';
import { expectCode } from './helpers.js';

const index = (weightMap: unknown): string => JSON.stringify({ metadata: { total_size: 1 }, weight_map: weightMap });
const parse = (text: string): ShardIndex => parseShardIndex(Buffer.from(text), 'i.json', isSafetensorsName);
const parseTorch = (text: string): ShardIndex => parseShardIndex(Buffer.from(text), 'i.json', isPickleName);
const naming = (file: unknown): (() => unknown) => () => parse(index({ a: 'ok.safetensors', b: file }));

describe('parseShardIndex', () => {
  it('gives each file once and the file of each tensor', () => {
    const { files, weightMap } = parse(index({ a: '2.safetensors', b: '1.safetensors', c: '2.safetensors' }));
    expect(files).toEqual(['2.safetensors', '1.safetensors']);
    expect([...weightMap]).toEqual([['a', '2.safetensors'], ['b', '1.safetensors'], ['c', '2.safetensors']]);
  });

  it('takes files of the index\'s own format only', async () => {
    const torch = index({ a: 'pytorch_model-00001-of-00002.bin', b: 'x.PT' });
    expect(parseTorch(torch).files).toEqual(['pytorch_model-00001-of-00002.bin', 'x.PT']);
    await expectCode('E_INDEX_INVALID', () => parse(torch));
    await expectCode('E_INDEX_INVALID', () => parseTorch(index({ a: 'x.safetensors' })));
    await expectCode('E_PATH', () => parseTorch(index({ a: '../x.bin' })));
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

  it.each(['', '[]', 'null', '{}', '{"weight_map":', '{"weight_map":[]}', '{"weight_map":"x"}', '{"weight_map":{}}', '{"weight_map":{"a":NaN}}', '{"weight_map":null}', '{"weight_map":{"a":"x.safetensors"}} x', '{"weight_map":{"a":"x.safetensors",}}'])('%j is E_INDEX_INVALID', async (text) => {
    await expectCode('E_INDEX_INVALID', () => parse(text));
  });

  it('refuses a tensor that is named twice', async () => {
    await expectCode('E_DUPLICATE_KEY', () => parse('{"weight_map":{"a":"1.safetensors","a":"2.safetensors"}}'));
    await expectCode('E_DUPLICATE_KEY', () => parse('{"weight_map":{"a":"1.safetensors"},"weight_map":{"a":"1.safetensors"}}'));
  });

  it('refuses more shards than could be open files, and nesting that could exhaust the stack', async () => {
    await expectCode('E_INDEX_INVALID', () => parse(index(Object.fromEntries(Array.from({ length: 1025 }, (_, i) => [`t${i}`, `${i}.safetensors`])))));
    await expectCode('E_INDEX_INVALID', () => parse(`{"weight_map":${'{"a":'.repeat(100_000)}`));
  });

  it('whatever the index names, only plain .safetensors names come out, or a LensError', () => {
    const piece = fc.constantFrom('..', '.', '/', '\\', 'C:', 'etc', 'x', '.safetensors', '\0', ' ', '~', '%2e%2e%2f', '\u2044');
    const file = fc.oneof(fc.string(), fc.array(piece, { maxLength: 6 }).map((p) => `${p.join('')}.safetensors`), fc.array(piece).map((p) => p.join('')));
    fc.assert(fc.property(fc.dictionary(fc.string(), file), (map) => {
      try {
        for (const name of parse(index(map)).files) expect(name).toMatch(/^[^/\\:\0]*\.safetensors$/i);
      } catch (error) {
        expect(error).toBeInstanceOf(LensError);
      }
    }), { numRuns: 1000 });
  });

  it('a real index with bytes changed, cut out or doubled gives files of its folder, or a LensError', () => {
    const real = Buffer.from(JSON.stringify({ metadata: { total_size: 12 }, weight_map: Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`model.layers.${i}.mlp.gate.weight`, `model-0000${1 + (i % 3)}-of-00003.safetensors`])) }, null, 2));
    const place = fc.nat(real.length - 1);
    let read = 0;
    fc.assert(fc.property(fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 3 }), place, place, (changes, a, b) => {
      const changed = Buffer.from(real);
      for (const [at, value] of changes) changed[at] = value;
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      for (const bytes of [changed, Buffer.concat([real.subarray(0, from), real.subarray(to)]), Buffer.concat([real.subarray(0, to), real.subarray(from)])]) {
        try {
          const { files, weightMap } = parse(bytes.toString('utf8'));
          for (const file of weightMap.values()) expect(files).toContain(file);
          for (const file of files) expect(file).toMatch(/^[^/\\:\0]*\.safetensors$/i);
          read++;
        } catch (error) {
          expect(error).toBeInstanceOf(LensError);
        }
      }
    }), { numRuns: 1000 });
    expect(read).toBeGreaterThan(100);
  });

  it('any text gives an index or a LensError', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json(), fc.json().map((j) => `{"weight_map":${j}}`)), (text) => {
      try {
        expect(parse(text).files.length).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toBeInstanceOf(LensError);
      }
    }), { numRuns: 1000 });
  });
});

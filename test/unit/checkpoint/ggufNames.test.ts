import { describe, expect, it } from 'vitest';
import { isCompanion, parseGgufName, quantisationOf, unfinishedGguf } from '../../../src/checkpoint/ggufNames.js';

describe('names of GGUF files', () => {
  it.each([
    ['m.gguf', { stem: 'm' }],
    ['/some/where/Qwen3-30B-A3B-Q4_K_M.GGUF', { stem: 'Qwen3-30B-A3B-Q4_K_M' }],
    ['m-00002-of-00010.gguf', { stem: 'm', part: { index: 2, of: 10 } }],
    ['m-Q4-00001-of-00001.gguf', { stem: 'm-Q4', part: { index: 1, of: 1 } }],
    ['m-2-of-3.gguf', { stem: 'm-2-of-3' }],
    ['-00001-of-00002.gguf', { stem: '', part: { index: 1, of: 2 } }],
  ])('%s is %o', (path, name) => expect(parseGgufName(path)).toEqual(name));

  it.each(['m.gguf.part', 'gguf', 'm.ggufx', 'm.bin', ''])('%j is none', (path) => expect(parseGgufName(path)).toBeUndefined());

  it.each([['mmproj-model-f16.gguf', true], ['Qwen2.5-VL-mmproj-bf16.gguf', true], ['m.imatrix.gguf', true], ['imatrix_unsloth.gguf', true], ['m.gguf', false], ['mmprojector.gguf', false]])('%s goes with a model: %s', (name, is) => expect(isCompanion(name)).toBe(is));

  it.each([
    ['m.gguf.downloadInProgress', 'm.gguf'], ['downloading_m.gguf.part', 'm.gguf'], ['m-00001-of-00002.gguf.incomplete', 'm-00001-of-00002.gguf'], ['m.gguf.crdownload', 'm.gguf'],
    ['m.gguf', undefined], ['m.gguf.txt', undefined], ['.gguf.part', undefined],
  ])('%s is the unfinished %s', (name, whole) => expect(unfinishedGguf(name)).toBe(whole));

  it.each([
    ['Mixtral-8x7B-Instruct-v0.1.Q4_K_M', 'Q4_K_M'], ['Qwen3-30B-A3B-UD-IQ2_XXS', 'UD-IQ2_XXS'], ['gpt-oss-20b-MXFP4_MOE', 'MXFP4_MOE'], ['gpt-oss-20b-mxfp4', 'mxfp4'], ['olmoe-BF16', 'BF16'], ['olmoe-f16', 'f16'],
    ['m-Q8_0', 'Q8_0'], ['olmoe', undefined], ['m-Q', undefined], ['m-Q4_0-v2', undefined],
  ])('%s is quantised as %s', (stem, quantisation) => expect(quantisationOf(stem)).toBe(quantisation));
});

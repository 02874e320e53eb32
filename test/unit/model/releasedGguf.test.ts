import { describe, expect, it } from 'vitest';
import { readModel, type Model } from '../../../src/model/model.js';
import { sizeOf } from '../../../src/model/weight.js';
import { expand, isPublishedAs, readReleased, readReleasedGgufs, valueless, type ReleasedGguf } from './releasedFixtures.js';

const GGUFS = readReleasedGgufs();
const RELEASED = new Map(readReleased().map((released) => [released.model, released]));

const modelOf = ({ model: name, metadata, tensors }: ReleasedGguf): Model =>
  readModel({ name, path: `${name}.gguf`, format: 'gguf', config: metadata, store: valueless(expand(tensors)), weightBytes: 1 });
const named = (name: string): ReleasedGguf => GGUFS.find(({ model }) => model === name) ?? expect.fail(`${name} is not there`);

/** Family, layers, the first with experts, experts, shared ones, context. */
const FACTS: Readonly<Record<string, readonly [family: string, layers: number, firstMoe: number, experts: number, shared: number, context: number]>> = {
  'mixtral-8x7b-2023': ['mixtral', 32, 0, 8, 0, 32_768],
  'deepseek-coder-v2-lite-2024': ['deepseek_v2', 27, 1, 64, 2, 163_840],
  'deepseek-v3-2025-01': ['deepseek_v3', 61, 3, 256, 1, 163_840],
  'deepseek-v3.1-terminus': ['deepseek_v3', 61, 3, 256, 1, 163_840],
  'kimi-k2-instruct-2025-07': ['deepseek_v3', 61, 1, 384, 1, 131_072],
  'kimi-k2-instruct-ik': ['deepseek_v3', 61, 1, 384, 1, 131_072],
  'olmoe-1b-7b-0125-instruct': ['olmoe', 16, 0, 64, 0, 4096],
  'lfm2.5-8b-a1b': ['lfm2_moe', 24, 2, 32, 0, 128_000],
  'gpt-oss-20b': ['gpt_oss', 24, 0, 32, 0, 131_072],
  'gpt-oss-20b-ollama': ['gpt_oss', 24, 0, 32, 0, 131_072],
  'qwen3-coder-480b-a35b': ['qwen3_moe', 62, 0, 160, 0, 262_144],
  'glm-4.5-air': ['glm4_moe', 46, 1, 128, 1, 131_072],
  'granite-3.1-3b-a800m': ['granitemoe', 32, 0, 40, 0, 131_072],
  'phi-3.5-moe-instruct': ['phimoe', 32, 0, 16, 0, 4096],
};
/** Made of another checkpoint than the one that their tensors are like. */
const RELATIVES = ['mixtral-8x7b-2023', 'qwen3-coder-480b-a35b', 'lfm2.5-8b-a1b'];

describe('GGUF files that people have', () => {
  it('have their facts here', () => { expect(GGUFS.map(({ model }) => model).sort()).toEqual(Object.keys(FACTS).sort()); });

  describe.each(GGUFS.map((gguf) => [gguf.model, gguf] as const))('%s', (name, gguf) => {
    it('is understood: family, layers, experts, policy, context', () => {
      const [family, layers, firstMoe, experts, sharedExperts, contextLength] = FACTS[name];
      const { info } = modelOf(gguf);
      expect(info).toMatchObject({ family, layers, experts, sharedExperts, contextLength, nativePolicy: gguf.native });
      expect(info.moeLayers).toEqual(Array.from({ length: layers - firstMoe }, (_, i) => firstMoe + i));
    });

    it('has as many parameters as llama.cpp prints, and as the released checkpoint', () => {
      const { parameters } = modelOf(gguf).info;
      expect(gguf.parameters === null || isPublishedAs(parameters, gguf.parameters), `${parameters} is printed as ${String(gguf.parameters)}`).toBe(true);
      if (!RELATIVES.includes(name)) expect(parameters).toBe(RELEASED.get(gguf.like)?.parameters);
    });

    it('leaves no tensor of its layers unread', () => {
      const { decoder, store } = modelOf(gguf);
      const used = new Set(decoder.blocks.flatMap((block) => block.weights.map((weight) => weight.name)));
      const layer = (tensor: string): number => Number(/^model\.layers\.(\d+)\./.exec(tensor)?.[1] ?? Infinity);
      const twice = name.endsWith('-ik') ? /\.[kv]_b_proj\.weight$/ : /^$/; // what kv_b_proj has too
      expect([...store.tensors.keys()].filter((tensor) => layer(tensor) < decoder.blocks.length && !used.has(tensor) && !twice.test(tensor))).toEqual([]);
    });
  });

  it.each(['deepseek-coder-v2-lite-2024', 'deepseek-v3-2025-01', 'deepseek-v3.1-terminus', 'kimi-k2-instruct-2025-07', 'kimi-k2-instruct-ik', 'olmoe-1b-7b-0125-instruct', 'gpt-oss-20b', 'gpt-oss-20b-ollama', 'glm-4.5-air', 'granite-3.1-3b-a800m'])('%s rotates as the released checkpoint', (name) => {
    const gguf = named(name);
    const { rope } = modelOf(gguf).decoder;
    const wanted = RELEASED.get(gguf.like)?.rope ?? expect.fail(gguf.like);
    expect(rope.frequencies).toHaveLength(wanted.inverseFrequencies.length);
    expect(wanted.inverseFrequencies.reduce((most, value, i) => Math.max(most, Math.abs(rope.frequencies[i] / value - 1)), 0)).toBeLessThan(1e-6);
    expect(rope.factor).toBeCloseTo(wanted.factor, 6);
  });

  it('of LongRoPE have its factors as a tensor', () => {
    const { rope } = modelOf(named('phi-3.5-moe-instruct')).decoder;
    expect(rope.divisors).toMatchObject({ name: 'rope_freqs.weight', length: 64 });
    expect(rope.factor).toBeCloseTo(1.190238, 6); // what llama.cpp's converter writes; the released config has short_mscale 1.2432
  });

  it('of DeepSeek limit the groups as the released models do, also where they do not tell', () => {
    for (const name of ['deepseek-v3-2025-01', 'deepseek-v3.1-terminus']) expect(modelOf(named(name)).info.groupLimit).toEqual({ groups: 8, kept: 4 });
    expect(modelOf(named('deepseek-coder-v2-lite-2024')).info.groupLimit).toBeUndefined();
    const told = named('deepseek-v3.1-terminus');
    const withGroups = (groups: number, used: number): Model => modelOf({ ...told, metadata: { ...told.metadata, 'deepseek2.expert_group_count': groups, 'deepseek2.expert_group_used_count': used } });
    expect(withGroups(4, 2).info.groupLimit).toEqual({ groups: 4, kept: 2 });
    expect(withGroups(1, 1).info.groupLimit).toBeUndefined();
  });

  it('of Ollama\'s gpt-oss need neither the kind of rope scaling nor the width of experts', () => {
    const [ours, theirs] = ['gpt-oss-20b', 'gpt-oss-20b-ollama'].map((name) => modelOf(named(name)));
    expect(theirs.decoder.rope).toEqual(ours.decoder.rope);
    expect(theirs.decoder.blocks[0].weights.map((weight) => [weight.name, sizeOf(weight)])).toEqual(ours.decoder.blocks[0].weights.map((weight) => [weight.name, sizeOf(weight)]));
  });

  it('that scale without saying how are scaled linearly', () => {
    const plain = modelOf(named('mixtral-8x7b-2023')).decoder.rope;
    const gguf = named('mixtral-8x7b-2023');
    const scaled = modelOf({ ...gguf, metadata: { ...gguf.metadata, 'llama.rope.scaling.factor': 4 } }).decoder.rope;
    scaled.frequencies.forEach((frequency, i) => { expect(frequency).toBeCloseTo(plain.frequencies[i] / 4, 9); });
  });
});

import { describe, expect, it } from 'vitest';
import { mxfp4Tensors } from '../../../src/checkpoint/safetensors/mxfp4.js';
import { checkQuantisation, fp8Blocks } from '../../../src/checkpoint/safetensors/quantisation.js';
import { scaledFp8Tensors } from '../../../src/checkpoint/safetensors/scaledFp8.js';
import { withScaled } from '../../../src/checkpoint/safetensors/scaledStore.js';
import type { TensorFile } from '../../../src/checkpoint/safetensors/tensorFile.js';
import { ShardedStore } from '../../../src/checkpoint/shardedStore.js';
import type { TensorStore } from '../../../src/checkpoint/tensorStore.js';
import { FAMILIES } from '../../../src/model/families/registry.js';
import { readModel, type Model } from '../../../src/model/model.js';
import { sizeOf } from '../../../src/model/weight.js';
import { elements, expand, isPublishedAs, readReleased, upTo, type Released } from './releasedFixtures.js';

const RELEASED = readReleased();

/** The files as `openCheckpoint` presents them: FP8 and MXFP4 with their scales as one tensor. They hold no numbers. */
function open({ config, tensors: patterns }: Released): TensorStore {
  checkQuantisation(config);
  const tensors = expand(patterns);
  const file = { tensors } as unknown as TensorFile;
  const raw = new ShardedStore(tensors, [file]);
  return withScaled(raw, [...scaledFp8Tensors(raw, fp8Blocks(config)), ...mxfp4Tensors(raw)]);
}

const models = new Map<string, Model>();
function modelOf(released: Released): Model {
  const { model: name, config } = released;
  const known = models.get(name) ?? readModel({ name, path: name, format: 'safetensors', config, store: open(released), weightBytes: 1 });
  models.set(name, known);
  return known;
}

/** Parameters of the token embedding and the output matrix, as far as a publisher leaves them out. */
function without({ decoder }: Model, parts: readonly string[]): number {
  const tied = decoder.output.name === decoder.embedding.name;
  return (parts.includes('input') ? sizeOf(decoder.embedding) : 0) + (parts.includes('output') && !tied ? sizeOf(decoder.output) : 0);
}

/** Parameters of the extra prediction layer, without embedding and output matrix. */
function predictionLayer({ tensors, config }: Released): number {
  const extra = `model.layers.${String(config['num_hidden_layers'])}.`;
  return [...expand(tensors)].filter(([name]) => name.startsWith(extra) && !/embed_tokens|shared_head\.head/.test(name)).reduce((sum, [, { shape }]) => sum + elements(shape), 0);
}

/** What people know of the models: family, layers, the first with experts, experts, shared ones, native policy, context, types by bytes. */
const FACTS: Readonly<Record<string, readonly [family: string, layers: number, firstMoe: number, experts: number, shared: number, native: string, context: number, dtypes: readonly string[]]>> = {
  'allenai/OLMoE-1B-7B-0924': ['olmoe', 16, 0, 64, 0, 'top-k:8', 4096, ['BF16']],
  'mistralai/Mixtral-8x7B-v0.1': ['mixtral', 32, 0, 8, 0, 'top-k:2', 32_768, ['BF16']],
  'mistralai/Mixtral-8x22B-v0.1': ['mixtral', 56, 0, 8, 0, 'top-k:2', 65_536, ['BF16']],
  'Qwen/Qwen1.5-MoE-A2.7B-Chat': ['qwen2_moe', 24, 0, 60, 1, 'top-k:4', 32_768, ['BF16']],
  'Qwen/Qwen2-57B-A14B': ['qwen2_moe', 28, 0, 64, 1, 'top-k:8', 131_072, ['BF16']],
  'Qwen/Qwen3-30B-A3B': ['qwen3_moe', 48, 0, 128, 0, 'top-k:8', 40_960, ['BF16']],
  'Qwen/Qwen3-30B-A3B-FP8': ['qwen3_moe', 48, 0, 128, 0, 'top-k:8', 40_960, ['F8_E4M3', 'BF16']],
  'Qwen/Qwen3-235B-A22B': ['qwen3_moe', 94, 0, 128, 0, 'top-k:8', 40_960, ['BF16']],
  'ibm-granite/granite-3.0-1b-a400m-base': ['granitemoe', 24, 0, 32, 0, 'top-k:8', 4096, ['BF16']],
  'ibm-granite/granite-3.1-3b-a800m-base': ['granitemoe', 32, 0, 40, 0, 'top-k:8', 131_072, ['BF16']],
  'deepseek-ai/DeepSeek-V2-Lite': ['deepseek_v2', 27, 1, 64, 2, 'top-k:6', 163_840, ['BF16']],
  'deepseek-ai/DeepSeek-V2': ['deepseek_v2', 60, 1, 160, 2, 'top-k:6', 163_840, ['BF16']],
  'deepseek-ai/DeepSeek-V3': ['deepseek_v3', 61, 3, 256, 1, 'top-k:8', 163_840, ['F8_E4M3', 'BF16', 'F32']],
  'moonshotai/Moonlight-16B-A3B': ['deepseek_v3', 27, 1, 64, 2, 'top-k:6', 8192, ['BF16']],
  'moonshotai/Kimi-K2-Instruct': ['deepseek_v3', 61, 1, 384, 1, 'top-k:8', 131_072, ['F8_E4M3', 'BF16', 'F32']],
  'openai/gpt-oss-20b': ['gpt_oss', 24, 0, 32, 0, 'top-k:4', 131_072, ['MXFP4', 'BF16']],
  'openai/gpt-oss-120b': ['gpt_oss', 36, 0, 128, 0, 'top-k:4', 131_072, ['MXFP4', 'BF16']],
  'microsoft/Phi-3.5-MoE-instruct': ['phimoe', 32, 0, 16, 0, 'top-k:2', 4096, ['BF16']], // windows of the original context, see families/phimoe.ts
  'baidu/ERNIE-4.5-21B-A3B-PT': ['ernie4_5_moe', 28, 1, 64, 2, 'top-k:6', 131_072, ['BF16', 'F32']],
  'zai-org/GLM-4.5-Air': ['glm4_moe', 46, 1, 128, 1, 'top-k:8', 131_072, ['BF16', 'F32']],
  'zai-org/GLM-4.5': ['glm4_moe', 92, 3, 160, 1, 'top-k:8', 131_072, ['BF16', 'F32']],
  'zai-org/GLM-4.6': ['glm4_moe', 92, 3, 160, 1, 'top-k:8', 202_752, ['BF16', 'F32']],
  'LiquidAI/LFM2-8B-A1B': ['lfm2_moe', 24, 2, 32, 0, 'top-k:4', 128_000, ['BF16', 'F32']],
  'dynamic MoE of the paper': ['dynamic', 24, 0, 16, 0, 'top-p:0.4', 2048, ['BF16']],
};

describe('released checkpoints', () => {
  it('are of every family, and each has its facts here', () => {
    expect(RELEASED.map(({ model }) => model).sort()).toEqual(Object.keys(FACTS).sort());
    expect(new Set(Object.values(FACTS).map(([family]) => family))).toEqual(new Set(FAMILIES.map(({ name }) => name)));
  });

  describe.each(RELEASED.map((released) => [released.model, released] as const))('%s', (name, released) => {
    it('is understood: family, layers, experts, policy, context, types', () => {
      const { info } = modelOf(released);
      const [family, layers, firstMoe, experts, sharedExperts, nativePolicy, contextLength, dtypes] = FACTS[name];
      const moeLayers = upTo(layers - firstMoe).map((i) => firstMoe + i);
      expect(info).toMatchObject({ family, layers, moeLayers, experts, sharedExperts, nativePolicy, contextLength, dtypes });
    });

    it('has as many parameters as transformers counts, and as its makers publish', () => {
      const model = modelOf(released);
      const { parameters, activeParameters } = model.info;
      const { total, active, withoutInTotal, withoutInActive, predictionLayerInTotal } = released.published;
      expect(parameters).toBe(released.parameters);
      const whole = parameters - without(model, withoutInTotal) + (predictionLayerInTotal ? predictionLayer(released) : 0);
      expect(isPublishedAs(whole, total), `${whole} is published as ${total}`).toBe(true);
      const used = activeParameters === null ? null : activeParameters - without(model, withoutInActive);
      expect(used === null || active === null ? used === active : isPublishedAs(used, active), `${String(used)} is published as ${String(active)}`).toBe(true);
    });

    it('leaves no tensor of its layers unread', () => {
      const { decoder, store } = modelOf(released);
      const used = new Set(decoder.blocks.flatMap((block) => block.weights.map((weight) => weight.name)));
      const layer = (tensor: string): number => Number(/^model\.layers\.(\d+)\./.exec(tensor)?.[1] ?? Infinity);
      expect([...store.tensors.keys()].filter((tensor) => layer(tensor) < decoder.blocks.length && !used.has(tensor))).toEqual([]);
    });

    it('rotates queries and keys as transformers does', () => {
      const { rope } = modelOf(released).decoder;
      expect(rope.frequencies).toHaveLength(released.rope.inverseFrequencies.length);
      const worst = released.rope.inverseFrequencies.reduce((most, wanted, i) => Math.max(most, Math.abs(rope.frequencies[i] / wanted - 1)), 0);
      expect(worst).toBeLessThan(1e-6);
      expect(rope.factor).toBeCloseTo(released.rope.factor, 9);
    });
  });

  it('that limit the groups of experts say so', () => {
    const limits = RELEASED.map((released) => [released.model, modelOf(released).info.groupLimit] as const).filter(([, limit]) => limit !== undefined);
    expect(Object.fromEntries(limits)).toEqual({ 'deepseek-ai/DeepSeek-V2': { groups: 8, kept: 3 }, 'deepseek-ai/DeepSeek-V3': { groups: 8, kept: 4 } });
  });
});

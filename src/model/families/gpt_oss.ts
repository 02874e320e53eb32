import { softmaxScore } from '../../routing/score.js';
import { renormalisedWeights } from '../../routing/weigh.js';
import type { Tensors } from '../decoder.js';
import { attention, projections } from '../layers/attention.js';
import { preNormBlock } from '../layers/block.js';
import { findExperts, numbered, stackedBias, type ExpertSizes } from '../layers/expertLayout.js';
import { projection, type Projection } from '../layers/linear.js';
import { mixture } from '../layers/mixture.js';
import { rowNorm } from '../layers/norm.js';
import { clampedGate, type Swiglu } from '../layers/swiglu.js';
import { matrixWeight, vectorWeight, type Part, type VectorWeight } from '../weight.js';
import { llamaFrame, readCommon, readExperts, readExpertsPerToken, readInner, readSliding, readWindow, type Family } from './family.js';

/**
 * gpt-oss (OpenAI 2025; transformers `modeling_gpt_oss.py`): a router with a bias, softmax over the top k logits, which is
 * renormalising; experts with biases and a clamped gate; attention sinks; a window in every other layer.
 */
export const gptOss: Family = {
  name: 'gpt_oss',
  detects: (config) => config.raw('model_type') === 'gpt_oss',
  decoder: (config, tensors) => {
    const common = readCommon(config, { eps: 1e-5, contextLength: 131_072 });
    const { hidden, layers, heads, headWidth, eps } = common;
    const inner = readInner(config, 'intermediate_size');
    const experts = readExperts(config, ['num_local_experts', 'num_experts']);
    const router = { experts, score: softmaxScore, weigh: renormalisedWeights, native: { kind: 'top-k', k: readExpertsPerToken(config, experts, 4) } } as const;
    const activation = clampedGate(config.number('swiglu_limit', { min: 0, default: 7 }));
    const slides = readSliding(config, layers, (layer) => layer % 2 === 0);
    const window = readWindow(config);
    const bias = config.bool('attention_bias', true);
    const blocks = numbered(layers, (layer) => {
      const at = `model.layers.${layer}`;
      return preNormBlock({
        mixerNorm: rowNorm(`${at}.input_layernorm.weight`, hidden, eps),
        mixer: attention({ ...common, ...projections(`${at}.self_attn`, common, bias), sinks: vectorWeight(`${at}.self_attn.sinks`, heads), window: slides(layer) ? window : undefined }),
        feedForwardNorm: rowNorm(`${at}.post_attention_layernorm.weight`, hidden, eps),
        feedForward: mixture({
          gate: projection(`${at}.mlp.router`, experts, hidden, true),
          router,
          experts: gptOssExperts(tensors, `${at}.mlp.experts`, { experts, hidden, inner }),
          activation,
        }),
      });
    });
    return { ...llamaFrame(config, common, { width: headWidth }, tensors), blocks, router, sharedExperts: 0 };
  },
  gguf: {
    arch: ['gpt-oss', 'gptoss'], // the second in Ollama's library, with some names of its own
    keys: { num_local_experts: 'expert_count', intermediate_size: ['expert_feed_forward_length', 'feed_forward_length'] },
    rope: () => ({ rope_type: 'yarn', truncate: false }),
    names: { ffn_gate_inp: 'mlp.router', attn_out: 'self_attn.o_proj', attn_sinks: 'self_attn.sinks' },
  },
};

/**
 * Released files have gate and up in turn, as MXFP4 [E, 2 inner, hidden]; unpacked ones have the matrices turned round, [E, hidden, 2 inner] and
 * [E, inner, hidden]; llama.cpp has gate and up apart.
 */
function gptOssExperts(tensors: Tensors, prefix: string, sizes: ExpertSizes): Swiglu[] {
  const { experts, hidden, inner } = sizes;
  const bias = (name: string, length: number, expert: number, first = 0, step = 1): VectorWeight =>
    vectorWeight(name, length, { of: [experts, length * step], offset: expert * length * step + first, steps: [step] });
  if (tensors.has(`${prefix}.gate_proj.weight`)) {
    return findExperts(tensors, prefix, sizes).map(({ gate, up, down }, e) => ({
      gate: { ...gate, bias: stackedBias(`${prefix}.gate_proj.bias`, experts, inner, e) },
      up: { ...up, bias: stackedBias(`${prefix}.up_proj.bias`, experts, inner, e) },
      down: { ...down, bias: stackedBias(`${prefix}.down_proj.bias`, experts, hidden, e) },
    }));
  }
  const packed = tensors.has(`${prefix}.down_proj_blocks`);
  const tail = packed ? '_blocks' : '';
  const firstOf = (e: number, odd: 0 | 1): Part => packed
    ? { of: [experts, 2 * inner, hidden], offset: (e * 2 * inner + odd) * hidden, steps: [2 * hidden, 1] }
    : { of: [experts, hidden, 2 * inner], offset: e * hidden * 2 * inner + odd, steps: [2, 2 * inner] };
  const downOf = (e: number): Part => packed
    ? { of: [experts, hidden, inner], offset: e * hidden * inner, steps: [inner, 1] }
    : { of: [experts, inner, hidden], offset: e * inner * hidden, steps: [1, hidden] };
  const half = (e: number, odd: 0 | 1): Projection => ({
    weight: matrixWeight(`${prefix}.gate_up_proj${tail}`, inner, hidden, firstOf(e, odd)),
    bias: bias(`${prefix}.gate_up_proj_bias`, inner, e, odd, 2),
  });
  return numbered(experts, (e) => ({
    gate: half(e, 0),
    up: half(e, 1),
    down: { weight: matrixWeight(`${prefix}.down_proj${tail}`, hidden, inner, downOf(e)), bias: bias(`${prefix}.down_proj_bias`, hidden, e) },
  }));
}

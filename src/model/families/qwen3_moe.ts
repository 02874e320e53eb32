import { MAX_LAYERS } from '../../checkpoint/configLimits.js';
import { softmaxScore } from '../../routing/score.js';
import { rawWeights, renormalisedWeights } from '../../routing/weigh.js';
import { attention, projections } from '../layers/attention.js';
import { preNormBlock } from '../layers/block.js';
import { findExperts, numbered } from '../layers/expertLayout.js';
import { projection } from '../layers/linear.js';
import { mixture } from '../layers/mixture.js';
import { rowNorm } from '../layers/norm.js';
import { dense, swigluWeights } from '../layers/swiglu.js';
import { llamaFrame, readCommon, readExperts, readExpertsPerToken, readInner, readWindow, type Family } from './family.js';

/**
 * Qwen3-MoE (Qwen team 2025; transformers `modeling_qwen3_moe.py`): grouped-query attention with its own head width,
 * queries and keys normed head by head; the top k renormalised as the config says; some layers may be dense.
 */
export const qwen3Moe: Family = {
  name: 'qwen3_moe',
  detects: (config) => config.raw('model_type') === 'qwen3_moe',
  decoder: (config, tensors) => {
    const common = readCommon(config, { eps: 1e-6, contextLength: 32_768 });
    const { hidden, headWidth, eps } = common;
    const experts = readExperts(config);
    const router = {
      experts,
      score: softmaxScore,
      weigh: config.bool('norm_topk_prob', false) ? renormalisedWeights : rawWeights,
      native: { kind: 'top-k', k: readExpertsPerToken(config, experts) },
    } as const;
    const inner = readInner(config, 'moe_intermediate_size');
    const denseInner = readInner(config, 'intermediate_size', inner);
    const every = config.int('decoder_sparse_step', { min: 1, max: MAX_LAYERS, default: 1 });
    const denseLayers = new Set(config.intArray('mlp_only_layers', { default: [], maxLength: MAX_LAYERS }));
    const window = config.bool('use_sliding_window', false) ? readWindow(config) : undefined;
    const bias = config.bool('attention_bias', false);
    const blocks = numbered(common.layers, (layer) => {
      const at = `model.layers.${layer}`;
      return preNormBlock({
        mixerNorm: rowNorm(`${at}.input_layernorm.weight`, hidden, eps),
        mixer: attention({
          ...common,
          ...projections(`${at}.self_attn`, common, bias),
          queryNorm: rowNorm(`${at}.self_attn.q_norm.weight`, headWidth, eps),
          keyNorm: rowNorm(`${at}.self_attn.k_norm.weight`, headWidth, eps),
          window,
        }),
        feedForwardNorm: rowNorm(`${at}.post_attention_layernorm.weight`, hidden, eps),
        feedForward: !denseLayers.has(layer) && (layer + 1) % every === 0
          ? mixture({ gate: projection(`${at}.mlp.gate`, experts, hidden), router, experts: findExperts(tensors, `${at}.mlp.experts`, { experts, hidden, inner }) })
          : dense(swigluWeights(`${at}.mlp`, hidden, denseInner)),
      });
    });
    return { ...llamaFrame(config, common, { width: headWidth }, tensors), blocks, router, sharedExperts: 0 };
  },
  gguf: { arch: 'qwen3moe', keys: { num_experts: 'expert_count', moe_intermediate_size: 'expert_feed_forward_length' }, also: () => ({ norm_topk_prob: true }) },
};

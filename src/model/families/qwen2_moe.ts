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
import { llamaFrame, readCommon, readExperts, readExpertsPerToken, readInner, readSliding, readWindow, type Family } from './family.js';

/**
 * Qwen1.5-MoE and Qwen2-MoE (Qwen team 2024; transformers `modeling_qwen2_moe.py`): raw probabilities of the top k, beside them
 * one wide shared expert behind a sigmoid gate of its own; biases on queries, keys and values; some layers may be dense.
 */
export const qwen2Moe: Family = {
  name: 'qwen2_moe',
  detects: (config) => config.raw('model_type') === 'qwen2_moe',
  decoder: (config, tensors) => {
    const common = readCommon(config, { eps: 1e-6, contextLength: 32_768 });
    const { hidden, layers, headWidth, eps } = common;
    const experts = readExperts(config);
    const router = {
      experts,
      score: softmaxScore,
      weigh: config.bool('norm_topk_prob', false) ? renormalisedWeights : rawWeights,
      native: { kind: 'top-k', k: readExpertsPerToken(config, experts, 4) },
    } as const;
    const inner = readInner(config, 'moe_intermediate_size');
    const sharedInner = readInner(config, 'shared_expert_intermediate_size');
    const denseInner = readInner(config, 'intermediate_size', inner);
    const every = config.int('decoder_sparse_step', { min: 1, max: MAX_LAYERS, default: 1 });
    const denseLayers = new Set(config.intArray('mlp_only_layers', { default: [], maxLength: MAX_LAYERS }));
    const windowed = config.bool('use_sliding_window', false);
    const lastWindowed = config.int('max_window_layers', { min: 0, max: MAX_LAYERS, default: 28 });
    const slides = readSliding(config, layers, (layer) => windowed && layer % 2 === 0 && layer < lastWindowed);
    const bias = config.bool('qkv_bias', true);
    const blocks = numbered(layers, (layer) => {
      const at = `model.layers.${layer}`;
      return preNormBlock({
        mixerNorm: rowNorm(`${at}.input_layernorm.weight`, hidden, eps),
        mixer: attention({ ...common, ...projections(`${at}.self_attn`, common, bias, false), window: windowed && slides(layer) ? readWindow(config) : undefined }),
        feedForwardNorm: rowNorm(`${at}.post_attention_layernorm.weight`, hidden, eps),
        feedForward: !denseLayers.has(layer) && (layer + 1) % every === 0
          ? mixture({
            gate: projection(`${at}.mlp.gate`, experts, hidden),
            router,
            experts: findExperts(tensors, `${at}.mlp.experts`, { experts, hidden, inner }),
            shared: { weights: swigluWeights(`${at}.mlp.shared_expert`, hidden, sharedInner), gate: projection(`${at}.mlp.shared_expert_gate`, 1, hidden) },
          })
          : dense(swigluWeights(`${at}.mlp`, hidden, denseInner)),
      });
    });
    return { ...llamaFrame(config, common, { width: headWidth }, tensors), blocks, router, sharedExperts: 1 };
  },
  gguf: {
    arch: 'qwen2moe',
    keys: { num_experts: 'expert_count' },
    also: (metadata) => ({ // the first files had one width for all
      moe_intermediate_size: metadata.raw('expert_feed_forward_length') ?? metadata.int('feed_forward_length') / metadata.int('expert_used_count', { min: 1 }),
      shared_expert_intermediate_size: metadata.raw(['expert_shared_feed_forward_length', 'feed_forward_length']),
    }),
    names: { ffn_gate_shexp: 'mlp.shared_expert.gate_proj', ffn_up_shexp: 'mlp.shared_expert.up_proj', ffn_down_shexp: 'mlp.shared_expert.down_proj' },
  },
};

import { MAX_INTERMEDIATE, MAX_LAYERS, MAX_POSITIONS } from '../../checkpoint/configLimits.js';
import { softmaxScore } from '../../routing/score.js';
import { rawWeights, renormalisedWeights } from '../../routing/weigh.js';
import { projections } from '../layers/attention.js';
import { preNormBlock } from '../layers/block.js';
import { swigluMixture } from '../layers/mixture.js';
import { headNorm, rowNorm } from '../layers/norm.js';
import { swigluWeights } from '../layers/swiglu.js';
import { llamaFrame, readCommon, readExperts, readExpertsPerToken, type Family } from './family.js';

/**
 * Qwen3-MoE (Qwen team 2025; transformers `modeling_qwen3_moe.py`): grouped-query attention with its own head width,
 * queries and keys normed head by head; the top k renormalised as the config says; some layers may be dense.
 */
export const qwen3Moe: Family = {
  name: 'qwen3_moe',
  detects: (config) => config.raw('model_type') === 'qwen3_moe',
  decoder: (config) => {
    const common = readCommon(config, { eps: 1e-6, contextLength: 32_768 });
    const { hidden, heads, kvHeads, headWidth, eps } = common;
    const experts = readExperts(config);
    const router = {
      experts,
      score: softmaxScore,
      weigh: config.bool('norm_topk_prob', false) ? renormalisedWeights : rawWeights,
      native: { kind: 'top-k', k: readExpertsPerToken(config, experts) },
    } as const;
    const inner = config.int('moe_intermediate_size', { min: 1, max: MAX_INTERMEDIATE });
    const denseInner = config.int('intermediate_size', { min: 1, max: MAX_INTERMEDIATE, default: inner });
    const every = config.int('decoder_sparse_step', { min: 1, max: MAX_LAYERS, default: 1 });
    const denseLayers = new Set(config.intArray('mlp_only_layers', { default: [], maxLength: MAX_LAYERS }));
    const isMoe = (layer: number): boolean => !denseLayers.has(layer) && (layer + 1) % every === 0;
    const window = config.bool('use_sliding_window', false) ? config.optionalInt('sliding_window', { min: 1, max: MAX_POSITIONS }) : undefined;
    const bias = config.bool('attention_bias', false);
    const blocks = Array.from({ length: common.layers }, (_, layer) => {
      const at = `model.layers.${layer}`;
      return preNormBlock({
        attentionNorm: rowNorm(`${at}.input_layernorm.weight`, hidden, eps),
        attention: {
          heads, kvHeads, headWidth,
          ...projections(`${at}.self_attn`, hidden, heads, kvHeads, headWidth, bias),
          queryNorm: headNorm(`${at}.self_attn.q_norm.weight`, heads, headWidth, eps),
          keyNorm: headNorm(`${at}.self_attn.k_norm.weight`, kvHeads, headWidth, eps),
          ...(window === undefined ? {} : { window }),
        },
        feedForwardNorm: rowNorm(`${at}.post_attention_layernorm.weight`, hidden, eps),
        feedForward: isMoe(layer)
          ? { mixture: swigluMixture(`${at}.mlp.gate.weight`, `${at}.mlp.experts`, router, hidden, inner) }
          : { dense: swigluWeights(`${at}.mlp`, hidden, denseInner) },
      });
    });
    return { ...llamaFrame(config, common), blocks, router, sharedExperts: 0 };
  },
};

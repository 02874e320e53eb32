import { MAX_INTERMEDIATE } from '../../checkpoint/configLimits.js';
import { softmaxScore } from '../../routing/score.js';
import { rawWeights, renormalisedWeights } from '../../routing/weigh.js';
import { projections } from '../layers/attention.js';
import { preNormBlock } from '../layers/block.js';
import { swigluMixture } from '../layers/mixture.js';
import { rowNorm } from '../layers/norm.js';
import { llamaFrame, readCommon, readExperts, readExpertsPerToken, type Family } from './family.js';

/**
 * OLMoE (Muennighoff et al. 2024; transformers `modeling_olmoe.py`): every layer has experts, weights are the raw
 * probabilities of the top k; queries and keys are normed over the whole projection, and may be clipped.
 */
export const olmoe: Family = {
  name: 'olmoe',
  detects: (config) => config.raw('model_type') === 'olmoe',
  decoder: (config) => {
    const common = readCommon(config, { eps: 1e-5, contextLength: 4096 });
    const { hidden, heads, kvHeads, headWidth, eps } = common;
    const inner = config.int('intermediate_size', { min: 1, max: MAX_INTERMEDIATE });
    const experts = readExperts(config);
    const router = {
      experts,
      score: softmaxScore,
      weigh: config.bool('norm_topk_prob', false) ? renormalisedWeights : rawWeights,
      native: { kind: 'top-k', k: readExpertsPerToken(config, experts) },
    } as const;
    const clip = config.optionalNumber('clip_qkv', { min: 0 });
    const bias = config.bool('attention_bias', false);
    const blocks = Array.from({ length: common.layers }, (_, layer) => {
      const at = `model.layers.${layer}`;
      return preNormBlock({
        attentionNorm: rowNorm(`${at}.input_layernorm.weight`, hidden, eps),
        attention: {
          heads, kvHeads, headWidth,
          ...projections(`${at}.self_attn`, hidden, heads, kvHeads, headWidth, bias),
          queryNorm: rowNorm(`${at}.self_attn.q_norm.weight`, heads * headWidth, eps),
          keyNorm: rowNorm(`${at}.self_attn.k_norm.weight`, kvHeads * headWidth, eps),
          ...(clip === undefined ? {} : { clip }),
        },
        feedForwardNorm: rowNorm(`${at}.post_attention_layernorm.weight`, hidden, eps),
        feedForward: { mixture: swigluMixture(`${at}.mlp.gate.weight`, `${at}.mlp.experts`, router, hidden, inner) },
      });
    });
    return { ...llamaFrame(config, common), blocks, router, sharedExperts: 0 };
  },
};

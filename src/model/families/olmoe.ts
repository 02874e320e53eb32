import { softmaxScore } from '../../routing/score.js';
import { rawWeights, renormalisedWeights } from '../../routing/weigh.js';
import { attention, projections } from '../layers/attention.js';
import { preNormBlock } from '../layers/block.js';
import { findExperts, numbered } from '../layers/expertLayout.js';
import { projection } from '../layers/linear.js';
import { mixture } from '../layers/mixture.js';
import { rowNorm } from '../layers/norm.js';
import { llamaFrame, readCommon, readExperts, readExpertsPerToken, readInner, type Family } from './family.js';

/**
 * OLMoE (Muennighoff et al. 2024; transformers `modeling_olmoe.py`): every layer has experts, weights are the raw
 * probabilities of the top k; queries and keys are normed over the whole projection, and may be clipped.
 */
export const olmoe: Family = {
  name: 'olmoe',
  detects: (config) => config.raw('model_type') === 'olmoe',
  decoder: (config, tensors) => {
    const common = readCommon(config, { eps: 1e-5, contextLength: 4096 });
    const { hidden, heads, kvHeads, headWidth, eps } = common;
    const inner = readInner(config, 'intermediate_size');
    const experts = readExperts(config);
    const router = {
      experts,
      score: softmaxScore,
      weigh: config.bool('norm_topk_prob', false) ? renormalisedWeights : rawWeights,
      native: { kind: 'top-k', k: readExpertsPerToken(config, experts) },
    } as const;
    const clip = config.optionalNumber('clip_qkv', { min: 0 });
    const bias = config.bool('attention_bias', false);
    const blocks = numbered(common.layers, (layer) => {
      const at = `model.layers.${layer}`;
      return preNormBlock({
        mixerNorm: rowNorm(`${at}.input_layernorm.weight`, hidden, eps),
        mixer: attention({
          ...common,
          ...projections(`${at}.self_attn`, common, bias),
          queryNorm: rowNorm(`${at}.self_attn.q_norm.weight`, heads * headWidth, eps),
          keyNorm: rowNorm(`${at}.self_attn.k_norm.weight`, kvHeads * headWidth, eps),
          clip,
        }),
        feedForwardNorm: rowNorm(`${at}.post_attention_layernorm.weight`, hidden, eps),
        feedForward: mixture({ gate: projection(`${at}.mlp.gate`, experts, hidden), router, experts: findExperts(tensors, `${at}.mlp.experts`, { experts, hidden, inner }) }),
      });
    });
    return { ...llamaFrame(config, common, { width: headWidth }, tensors), blocks, router, sharedExperts: 0 };
  },
  gguf: { arch: 'olmoe', keys: { num_experts: 'expert_count', clip_qkv: 'attention.clamp_kqv' } },
};

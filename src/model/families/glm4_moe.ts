import { MAX_EXPERTS, MAX_LAYERS } from '../../checkpoint/configLimits.js';
import { sigmoidScore } from '../../routing/score.js';
import { rawWeights, renormalisedPlus, scaledWeights } from '../../routing/weigh.js';
import { attention, projections } from '../layers/attention.js';
import { preNormBlock } from '../layers/block.js';
import { findExperts, numbered } from '../layers/expertLayout.js';
import { projection } from '../layers/linear.js';
import { mixture } from '../layers/mixture.js';
import { rowNorm } from '../layers/norm.js';
import { readRotatedWidth } from '../layers/ropeConfig.js';
import { dense, swigluWeights } from '../layers/swiglu.js';
import { vectorWeight } from '../weight.js';
import { llamaFrame, readCommon, readExperts, readExpertsPerToken, readGroups, readInner, type Family } from './family.js';

/**
 * GLM-4.5 and GLM-4.6 (Zhipu AI 2025; transformers `modeling_glm4_moe.py`): DeepSeek-V3's router and shared experts with grouped-query
 * attention, of which only a part of each head is rotated. The extra prediction layers are not read.
 */
export const glm4Moe: Family = {
  name: 'glm4_moe',
  detects: (config) => config.raw('model_type') === 'glm4_moe',
  decoder: (config, tensors) => {
    const common = readCommon(config, { eps: 1e-5, contextLength: 131_072 });
    const { hidden, headWidth, eps } = common;
    const experts = readExperts(config, ['n_routed_experts', 'num_local_experts', 'num_experts']);
    const k = readExpertsPerToken(config, experts, 8);
    const groups = readGroups(config, experts, k, 2);
    const router = {
      experts,
      score: sigmoidScore,
      weigh: scaledWeights(config.bool('norm_topk_prob', true) ? renormalisedPlus(1e-20) : rawWeights, config.number('routed_scaling_factor', { default: 1 })),
      native: { kind: 'top-k', k },
      ...(groups === undefined ? {} : { groups }),
    } as const;
    const sharedExperts = config.int('n_shared_experts', { min: 0, max: MAX_EXPERTS, default: 1 });
    const inner = readInner(config, 'moe_intermediate_size');
    const denseInner = readInner(config, 'intermediate_size', inner);
    const firstMoe = config.int('first_k_dense_replace', { min: 0, max: MAX_LAYERS, default: 1 });
    const bias = config.bool('attention_bias', tensors.has('model.layers.0.self_attn.q_proj.bias'));
    const hasHeadNorms = config.bool('use_qk_norm', tensors.has('model.layers.0.self_attn.q_norm.weight'));
    const blocks = numbered(common.layers, (layer) => {
      const at = `model.layers.${layer}`;
      return preNormBlock({
        mixerNorm: rowNorm(`${at}.input_layernorm.weight`, hidden, eps),
        mixer: attention({
          ...common,
          ...projections(`${at}.self_attn`, common, bias, false),
          queryNorm: hasHeadNorms ? rowNorm(`${at}.self_attn.q_norm.weight`, headWidth, eps) : undefined,
          keyNorm: hasHeadNorms ? rowNorm(`${at}.self_attn.k_norm.weight`, headWidth, eps) : undefined,
        }),
        feedForwardNorm: rowNorm(`${at}.post_attention_layernorm.weight`, hidden, eps),
        feedForward: layer >= firstMoe
          ? mixture({
            gate: projection(`${at}.mlp.gate`, experts, hidden),
            selectionBias: vectorWeight(`${at}.mlp.gate.e_score_correction_bias`, experts),
            router,
            experts: findExperts(tensors, `${at}.mlp.experts`, { experts, hidden, inner }),
            shared: sharedExperts === 0 ? undefined : { weights: swigluWeights(`${at}.mlp.shared_experts`, hidden, inner * sharedExperts) },
          })
          : dense(swigluWeights(`${at}.mlp`, hidden, denseInner)),
      });
    });
    return { ...llamaFrame(config, common, { width: headWidth, rotated: readRotatedWidth(config, headWidth, 0.5) }, tensors), blocks, router, sharedExperts };
  },
  gguf: {
    arch: 'glm4moe',
    keys: {
      n_routed_experts: 'expert_count', n_shared_experts: 'expert_shared_count', moe_intermediate_size: 'expert_feed_forward_length', first_k_dense_replace: 'leading_dense_block_count',
      routed_scaling_factor: 'expert_weights_scale', n_group: 'expert_group_count', topk_group: 'expert_group_used_count',
    },
    also: (metadata) => ({ norm_topk_prob: metadata.bool('expert_weights_norm', false), partial_rotary_factor: metadata.number('rope.dimension_count') / metadata.number('attention.key_length') }),
  },
};

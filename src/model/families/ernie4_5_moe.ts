import { MAX_EXPERTS, MAX_LAYERS } from '../../checkpoint/configLimits.js';
import { softmaxScore } from '../../routing/score.js';
import { renormalisedFrom } from '../../routing/weigh.js';
import { attention, projections } from '../layers/attention.js';
import { preNormBlock } from '../layers/block.js';
import { findExperts, numbered } from '../layers/expertLayout.js';
import { projection } from '../layers/linear.js';
import { mixture } from '../layers/mixture.js';
import { rowNorm } from '../layers/norm.js';
import { rotatePairs } from '../layers/rope.js';
import { dense, LLAMA_NAMES, swigluWeights } from '../layers/swiglu.js';
import { vectorWeight } from '../weight.js';
import { llamaFrame, present, readCommon, readExperts, readExpertsPerToken, readInner, type Family } from './family.js';

/**
 * ERNIE 4.5 MoE (Baidu 2025; transformers `modeling_ernie4_5_moe.py`): a bias orders the experts and is no part of their weights,
 * which are renormalised; shared experts; rotation of consecutive pairs; only some layers have experts.
 */
export const ernie45Moe: Family = {
  name: 'ernie4_5_moe',
  detects: (config) => config.raw('model_type') === 'ernie4_5_moe',
  decoder: (config, tensors) => {
    const common = readCommon(config, { eps: 1e-5, contextLength: 131_072 });
    const { hidden, layers, headWidth, eps } = common;
    const experts = readExperts(config, ['moe_num_experts', 'num_experts']);
    const router = {
      experts,
      score: softmaxScore,
      weigh: renormalisedFrom(config.number('moe_norm_min', { min: 0, default: 1e-12 })),
      native: { kind: 'top-k', k: readExpertsPerToken(config, experts, 6, ['moe_k', 'num_experts_per_tok']) },
    } as const;
    const sharedExperts = config.int('moe_num_shared_experts', { min: 0, max: MAX_EXPERTS, default: 2 });
    const inner = readInner(config, 'moe_intermediate_size');
    const denseInner = readInner(config, 'intermediate_size', inner);
    const every = config.int('moe_layer_interval', { min: 1, max: MAX_LAYERS, default: 1 });
    const first = config.int('moe_layer_start_index', { min: 0, max: MAX_LAYERS, default: 1 });
    const end = config.int('moe_layer_end_index', { min: -1, max: MAX_LAYERS, default: -1 });
    const last = end === -1 ? layers - 1 : end;
    const bias = config.bool('use_bias', false);
    const blocks = numbered(layers, (layer) => {
      const at = `model.layers.${layer}`;
      const selectionBias = present(tensors, `${at}.mlp.moe_statics.e_score_correction_bias`, `${at}.mlp.gate.moe_statics.e_score_correction_bias`);
      return preNormBlock({
        mixerNorm: rowNorm(`${at}.input_layernorm.weight`, hidden, eps),
        mixer: attention({ ...common, ...projections(`${at}.self_attn`, common, bias), rotate: rotatePairs }),
        feedForwardNorm: rowNorm(`${at}.post_attention_layernorm.weight`, hidden, eps),
        feedForward: (layer + 1) % every === 0 && layer >= first && layer <= last
          ? mixture({
            gate: projection(`${at}.mlp.gate`, experts, hidden),
            selectionBias: vectorWeight(selectionBias, experts),
            router,
            experts: findExperts(tensors, `${at}.mlp.experts`, { experts, hidden, inner }),
            shared: sharedExperts === 0 ? undefined : { weights: swigluWeights(`${at}.mlp.shared_experts`, hidden, inner * sharedExperts, LLAMA_NAMES, bias) },
          })
          : dense(swigluWeights(`${at}.mlp`, hidden, denseInner, LLAMA_NAMES, bias)),
      });
    });
    const frame = llamaFrame(config, common, { width: headWidth }, tensors);
    return { ...frame, ...(bias ? { outputBias: vectorWeight('lm_head.bias', frame.vocabularySize) } : {}), blocks, router, sharedExperts };
  },
  gguf: {
    arch: 'ernie4_5-moe',
    keys: {
      moe_num_experts: 'expert_count', moe_k: 'expert_used_count', moe_num_shared_experts: 'expert_shared_count', moe_intermediate_size: 'expert_feed_forward_length',
      moe_layer_start_index: 'leading_dense_block_count', moe_layer_interval: 'interleave_moe_layer_step',
    },
    names: { 'exp_probs_b.bias': 'mlp.moe_statics.e_score_correction_bias' },
  },
};

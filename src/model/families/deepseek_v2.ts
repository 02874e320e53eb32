import { MAX_EXPERTS, MAX_HEAD_DIM, MAX_LAYERS } from '../../checkpoint/configLimits.js';
import type { ConfigReader } from '../../checkpoint/configReader.js';
import { softmaxScore } from '../../routing/score.js';
import { rawWeights, scaledWeights } from '../../routing/weigh.js';
import { preNormBlock } from '../layers/block.js';
import { findExperts, numbered } from '../layers/expertLayout.js';
import { projection } from '../layers/linear.js';
import { mixture } from '../layers/mixture.js';
import { mla, readMlaSizes } from '../layers/mlaConfig.js';
import { rowNorm } from '../layers/norm.js';
import { dense, swigluWeights } from '../layers/swiglu.js';
import { llamaFrame, readBase, readExperts, readExpertsPerToken, readGroups, readInner, type Family, type GgufForm } from './family.js';

/** "hidden x experts": enough to know the released models by, where their files leave something out. */
const sizesOf = (metadata: ConfigReader): string => `${metadata.int('embedding_length', { default: 0 })} x ${metadata.int('expert_count', { default: 0 })}`;

/**
 * Groups of experts and how many of them a token may use. Files of before November 2025 do not tell: then the large V2 (also Coder-V2 and V2.5) and
 * V3 (also R1) have what their config.json says (`n_group`, `topk_group`).
 */
function groupsOf(metadata: ConfigReader): { readonly groups: number; readonly kept: number } {
  const groups = metadata.optionalInt('expert_group_count', { min: 0, max: MAX_EXPERTS });
  if (groups !== undefined) return { groups, kept: metadata.int('expert_group_used_count', { min: 0, max: MAX_EXPERTS, default: groups }) };
  const sizes = sizesOf(metadata);
  return sizes === '5120 x 160' ? { groups: 8, kept: 3 } : sizes === '7168 x 256' ? { groups: 8, kept: 4 } : { groups: 1, kept: 1 };
}

/** llama.cpp has V2 and V3 under one architecture; the kind of router tells them apart. */
export const deepseekGguf: GgufForm = {
  arch: 'deepseek2',
  keys: {
    n_routed_experts: 'expert_count', n_shared_experts: 'expert_shared_count', moe_intermediate_size: 'expert_feed_forward_length', first_k_dense_replace: 'leading_dense_block_count',
    routed_scaling_factor: 'expert_weights_scale',
    q_lora_rank: 'attention.q_lora_rank', kv_lora_rank: 'attention.kv_lora_rank', qk_rope_head_dim: 'rope.dimension_count',
  },
  also: (metadata) => {
    const limits = { min: 1, max: MAX_HEAD_DIM };
    const { groups, kept } = groupsOf(metadata);
    const isLimited = groups > 1;
    return {
      qk_nope_head_dim: metadata.int(['attention.key_length_mla', 'attention.key_length'], limits) - metadata.int('rope.dimension_count', limits),
      v_head_dim: metadata.int(['attention.value_length_mla', 'attention.value_length'], limits),
      topk_method: isLimited ? 'group_limited_greedy' : 'greedy',
      ...(isLimited ? { n_group: groups, topk_group: kept } : {}),
      norm_topk_prob: metadata.bool('expert_weights_norm', false),
    };
  },
  // the first Kimi-K2 has a ramp of its own, which the same files do not tell
  rope: (metadata) => (sizesOf(metadata) === '7168 x 384' && metadata.raw('rope.scaling.factor') === 32 ? { beta_fast: 1 } : {}),
};

/**
 * DeepSeek-V2 (DeepSeek-AI 2024, arXiv 2405.04434; transformers `modeling_deepseek_v2.py`): latent attention; raw probabilities of the
 * top k times a constant, the large model taking them from few groups of experts only; shared experts; the first layers dense.
 */
export const deepseekV2: Family = {
  name: 'deepseek_v2',
  detects: (config) => config.raw('model_type') === 'deepseek_v2',
  decoder: (config, tensors) => {
    const base = readBase(config, { eps: 1e-6, contextLength: 2048 });
    const { hidden, layers, heads, eps } = base;
    const sizes = readMlaSizes(config, heads);
    const experts = readExperts(config, ['n_routed_experts', 'num_local_experts']);
    const k = readExpertsPerToken(config, experts, 6);
    const limited = config.string('topk_method', { oneOf: ['greedy', 'group_limited_greedy'], default: 'greedy' }) === 'group_limited_greedy';
    const groups = limited ? readGroups(config, experts, k, 1) : undefined;
    const router = {
      experts,
      score: softmaxScore,
      weigh: scaledWeights(rawWeights, config.number('routed_scaling_factor', { default: 1 })), // norm_topk_prob has no effect in transformers
      native: { kind: 'top-k', k },
      ...(groups === undefined ? {} : { groups }),
    } as const;
    const sharedExperts = config.int('n_shared_experts', { min: 0, max: MAX_EXPERTS, default: 0 });
    const inner = readInner(config, 'moe_intermediate_size');
    const denseInner = readInner(config, 'intermediate_size', inner);
    const firstMoe = config.int('first_k_dense_replace', { min: 0, max: MAX_LAYERS, default: 0 });
    const blocks = numbered(layers, (layer) => {
      const at = `model.layers.${layer}`;
      return preNormBlock({
        mixerNorm: rowNorm(`${at}.input_layernorm.weight`, hidden, eps),
        mixer: mla(config, tensors, `${at}.self_attn`, hidden, sizes),
        feedForwardNorm: rowNorm(`${at}.post_attention_layernorm.weight`, hidden, eps),
        feedForward: layer >= firstMoe
          ? mixture({
            gate: projection(`${at}.mlp.gate`, experts, hidden),
            router,
            experts: findExperts(tensors, `${at}.mlp.experts`, { experts, hidden, inner }),
            shared: sharedExperts === 0 ? undefined : { weights: swigluWeights(`${at}.mlp.shared_experts`, hidden, inner * sharedExperts) },
          })
          : dense(swigluWeights(`${at}.mlp`, hidden, denseInner)),
      });
    });
    return { ...llamaFrame(config, base, { width: sizes.plainWidth + sizes.rotatedWidth, rotated: sizes.rotatedWidth }, tensors), blocks, router, sharedExperts };
  },
  gguf: { ...deepseekGguf, detects: (metadata) => metadata.raw('expert_gating_func') !== 2 },
};

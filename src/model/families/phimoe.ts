import { logitScore } from '../../routing/score.js';
import { sparseMixerWeights } from '../../routing/weigh.js';
import { attention, projections } from '../layers/attention.js';
import { preNormBlock } from '../layers/block.js';
import { findExperts, numbered } from '../layers/expertLayout.js';
import { mixture } from '../layers/mixture.js';
import { biasedNorm } from '../layers/norm.js';
import { originalContext } from '../layers/ropeConfig.js';
import { MIXTRAL_NAMES } from '../layers/swiglu.js';
import { matrixWeight, vectorWeight } from '../weight.js';
import { llamaFrame, present, readCommon, readExperts, readExpertsPerToken, readInner, readWindow, type Family } from './family.js';

/**
 * Phi-3.5-MoE (Microsoft 2024; transformers `modeling_phimoe.py`): two experts, weighed by a sparse mixer that is defined for those two
 * picks only; LayerNorm with biases; LongRoPE. Texts longer than its original context run in windows of that length: up to there its code
 * and transformers agree on the rotation.
 */
export const phimoe: Family = {
  name: 'phimoe',
  detects: (config) => config.raw('model_type') === 'phimoe',
  decoder: (config, tensors) => {
    const read = readCommon(config, { eps: 1e-5, contextLength: 4096 });
    const common = { ...read, contextLength: Math.min(read.contextLength, originalContext(config) ?? read.contextLength) };
    const { hidden, headWidth, eps } = common;
    const inner = readInner(config, 'intermediate_size');
    const experts = readExperts(config, ['num_local_experts', 'num_experts']);
    const k = readExpertsPerToken(config, experts, 2);
    if (k !== 2) throw config.invalid('num_experts_per_tok', '2, the number of picks that the sparse mixer makes,');
    const router = {
      experts,
      score: logitScore,
      weigh: sparseMixerWeights(config.number('router_jitter_noise', { min: 0, default: 0.01 })),
      native: { kind: 'top-k', k },
      nativeOnly: 'its sparse mixer defines weights for its own two picks only.',
    } as const;
    const window = readWindow(config);
    const blocks = numbered(common.layers, (layer) => {
      const at = `model.layers.${layer}`;
      const moe = tensors.has(`${at}.block_sparse_moe.gate.weight`) ? `${at}.block_sparse_moe` : `${at}.mlp`;
      const bias = config.bool('attention_bias', tensors.has(`${at}.self_attn.q_proj.bias`));
      return preNormBlock({
        mixerNorm: biasedNorm(`${at}.input_layernorm`, hidden, eps),
        mixer: attention({ ...common, ...projections(`${at}.self_attn`, common, bias), window }),
        feedForwardNorm: biasedNorm(`${at}.post_attention_layernorm`, hidden, eps),
        feedForward: mixture({
          gate: { weight: matrixWeight(present(tensors, `${moe}.gate.weight`, `${moe}.router.weight`), experts, hidden) },
          router,
          experts: findExperts(tensors, `${moe}.experts`, { experts, hidden, inner }, MIXTRAL_NAMES),
        }),
      });
    });
    const frame = llamaFrame(config, read, { width: headWidth }, tensors);
    const outputBias = config.bool('lm_head_bias', tensors.has('lm_head.bias')) ? { outputBias: vectorWeight('lm_head.bias', frame.vocabularySize) } : {};
    return { ...frame, contextLength: common.contextLength, finalNorm: biasedNorm('model.norm', hidden, eps), ...outputBias, blocks, router, sharedExperts: 0 };
  },
  gguf: { arch: 'phimoe', keys: { num_local_experts: 'expert_count' } },
};

import { softmaxScore } from '../../routing/score.js';
import { renormalisedWeights } from '../../routing/weigh.js';
import { attention, projections } from '../layers/attention.js';
import { preNormBlock } from '../layers/block.js';
import { findExperts, numbered, stackedExperts } from '../layers/expertLayout.js';
import { mixture } from '../layers/mixture.js';
import { rowNorm } from '../layers/norm.js';
import { rotateHalves, rotatePairs } from '../layers/rope.js';
import { matrixWeight } from '../weight.js';
import { llamaFrame, present, readCommon, readExperts, readExpertsPerToken, readInner, type Family } from './family.js';

/**
 * Granite 3 MoE (IBM 2024; transformers `modeling_granitemoe.py`): softmax over the top k logits, which is renormalising; experts
 * stacked in two tensors; four multipliers, on the embedding, the attention scores, both branches and the logits.
 */
export const graniteMoe: Family = {
  name: 'granitemoe',
  detects: (config) => config.raw('model_type') === 'granitemoe',
  decoder: (config, tensors) => {
    const common = readCommon(config, { eps: 1e-6, contextLength: 2048 });
    const { hidden, headWidth, eps } = common;
    const inner = readInner(config, 'intermediate_size');
    const experts = readExperts(config, ['num_local_experts', 'num_experts']);
    const router = { experts, score: softmaxScore, weigh: renormalisedWeights, native: { kind: 'top-k', k: readExpertsPerToken(config, experts, 2) } } as const;
    const multiplier = (key: string): number => config.number(key, { default: 1 });
    const bias = config.bool('attention_bias', false);
    const rotate = config.bool('rope_interleave', false) ? rotatePairs : rotateHalves; // llama.cpp has turned the rows round
    const blocks = numbered(common.layers, (layer) => {
      const at = `model.layers.${layer}`;
      const moe = `${at}.block_sparse_moe`;
      const fused = `${moe}.input_linear.weight`;
      const prefix = tensors.has(`${moe}.experts.down_proj`) ? `${moe}.experts` : `${at}.mlp.experts`;
      const gate = present(tensors, `${moe}.router.layer.weight`, `${moe}.router.weight`, `${at}.mlp.gate.weight`);
      return preNormBlock({
        mixerNorm: rowNorm(`${at}.input_layernorm.weight`, hidden, eps),
        mixer: attention({ ...common, ...projections(`${at}.self_attn`, common, bias), rotate, scale: multiplier('attention_multiplier') }),
        feedForwardNorm: rowNorm(`${at}.post_attention_layernorm.weight`, hidden, eps),
        feedForward: mixture({
          gate: { weight: matrixWeight(gate, experts, hidden) },
          router,
          experts: tensors.has(fused) ? stackedExperts({ experts, hidden, inner }, { gateUp: fused }, `${moe}.output_linear.weight`) : findExperts(tensors, prefix, { experts, hidden, inner }),
        }),
        residualScale: multiplier('residual_multiplier'),
      });
    });
    const frame = llamaFrame(config, common, { width: headWidth }, tensors);
    return { ...frame, embeddingScale: multiplier('embedding_multiplier'), outputScale: 1 / config.number('logits_scaling', { min: 1e-6, default: 1 }), blocks, router, sharedExperts: 0 };
  },
  gguf: {
    arch: 'granitemoe',
    keys: { num_local_experts: 'expert_count', embedding_multiplier: 'embedding_scale', attention_multiplier: 'attention.scale', residual_multiplier: 'residual_scale', logits_scaling: 'logit_scale' },
    also: () => ({ rope_interleave: true }),
  },
};

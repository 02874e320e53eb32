import { MAX_EXPERTS, MAX_LAYERS } from '../../checkpoint/configLimits.js';
import { sigmoidScore } from '../../routing/score.js';
import { rawWeights, renormalisedPlus, scaledWeights } from '../../routing/weigh.js';
import { preNormBlock } from '../layers/block.js';
import { findExperts, numbered } from '../layers/expertLayout.js';
import { projection } from '../layers/linear.js';
import { mixture } from '../layers/mixture.js';
import { mla, readMlaSizes } from '../layers/mlaConfig.js';
import { rowNorm } from '../layers/norm.js';
import { dense, swigluWeights } from '../layers/swiglu.js';
import { vectorWeight } from '../weight.js';
import { deepseekGguf } from './deepseek_v2.js';
import { llamaFrame, readBase, readExperts, readExpertsPerToken, readGroups, readInner, type Family } from './family.js';

/**
 * DeepSeek-V3 and R1 (DeepSeek-AI 2024, arXiv 2412.19437; transformers `modeling_deepseek_v3.py`): as V2, but each expert is scored by a
 * sigmoid; a bias orders the experts and is no part of their weights; groups count by the sum of their two best. Also Kimi-K2 and
 * Moonlight. The extra layers that predict further tokens (`num_nextn_predict_layers`) are not read.
 */
export const deepseekV3: Family = {
  name: 'deepseek_v3',
  detects: (config) => ['deepseek_v3', 'kimi_k2'].includes(String(config.raw('model_type'))),
  decoder: (config, tensors) => {
    const base = readBase(config, { eps: 1e-6, contextLength: 4096 });
    const { hidden, layers, heads, eps } = base;
    const sizes = readMlaSizes(config, heads);
    const experts = readExperts(config, ['n_routed_experts', 'num_local_experts']);
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
    const firstMoe = config.int('first_k_dense_replace', { min: 0, max: MAX_LAYERS, default: 3 });
    const blocks = numbered(layers, (layer) => {
      const at = `model.layers.${layer}`;
      return preNormBlock({
        mixerNorm: rowNorm(`${at}.input_layernorm.weight`, hidden, eps),
        mixer: mla(config, tensors, `${at}.self_attn`, hidden, sizes),
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
    return { ...llamaFrame(config, base, { width: sizes.plainWidth + sizes.rotatedWidth, rotated: sizes.rotatedWidth }, tensors), blocks, router, sharedExperts };
  },
  gguf: { ...deepseekGguf, detects: (metadata) => metadata.raw('expert_gating_func') === 2 },
};

import { MAX_LAYERS } from '../../checkpoint/configLimits.js';
import { softmaxScore } from '../../routing/score.js';
import { rawWeights } from '../../routing/weigh.js';
import { attention, projections } from '../layers/attention.js';
import { preNormBlock } from '../layers/block.js';
import { findExperts, numbered } from '../layers/expertLayout.js';
import { projection } from '../layers/linear.js';
import { mixture } from '../layers/mixture.js';
import { rowNorm } from '../layers/norm.js';
import { dense, swigluWeights } from '../layers/swiglu.js';
import { llamaFrame, readCommon, readExperts, readInner, type Family } from './family.js';

/**
 * "Harder Tasks Need More Experts" (arXiv 2403.07652): Llama whose router keeps the most probable experts until
 * their probabilities sum to p, and weighs them by those probabilities as they are. Its configs say "llama", so it is
 * known by its own keys.
 */
export const dynamic: Family = {
  name: 'dynamic',
  detects: (config) => ['top_p_threshold', 'expert_frequency', 'experts_topk'].some((key) => config.has(key)) && config.has(['num_experts', 'num_local_experts']),
  decoder: (config, tensors) => {
    const common = readCommon(config, { eps: 1e-6, contextLength: 2048 });
    const { hidden, eps } = common;
    const inner = readInner(config, 'intermediate_size');
    const p = Math.min(config.number('top_p_threshold', { min: 1e-6, default: 0.4 }), 1); // from 1 on it keeps all
    const experts = readExperts(config);
    const router = { experts, score: softmaxScore, weigh: rawWeights, native: { kind: 'top-p', p } } as const;
    const every = config.int('expert_frequency', { min: 1, max: MAX_LAYERS, default: 1 });
    const blocks = numbered(common.layers, (layer) => {
      const at = `model.layers.${layer}`;
      return preNormBlock({
        mixerNorm: rowNorm(`${at}.input_norm.weight`, hidden, eps),
        mixer: attention({ ...common, ...projections(`${at}.self_attn`, common, false) }),
        feedForwardNorm: rowNorm(`${at}.post_attention_norm.weight`, hidden, eps),
        feedForward: layer % every === 0
          ? mixture({ gate: projection(`${at}.mlp.router`, experts, hidden), router, experts: findExperts(tensors, `${at}.mlp.experts`, { experts, hidden, inner }) })
          : dense(swigluWeights(`${at}.mlp.mlp`, hidden, inner)),
      });
    });
    return { ...llamaFrame(config, common, { width: common.headWidth }, tensors), blocks, router, sharedExperts: 0 };
  },
};

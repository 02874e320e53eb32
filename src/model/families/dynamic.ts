import { MAX_INTERMEDIATE, MAX_LAYERS } from '../../checkpoint/configLimits.js';
import { softmaxScore } from '../../routing/score.js';
import { rawWeights } from '../../routing/weigh.js';
import { projections } from '../layers/attention.js';
import { preNormBlock } from '../layers/block.js';
import { swigluMixture } from '../layers/mixture.js';
import { rowNorm } from '../layers/norm.js';
import { swigluWeights } from '../layers/swiglu.js';
import { llamaFrame, readCommon, readExperts, type Family } from './family.js';

/**
 * "Harder Tasks Need More Experts" (arXiv 2403.07652): Llama whose router keeps the most probable experts until
 * their probabilities sum to p, and weighs them by those probabilities as they are. Its configs say "llama", so it is
 * known by its own keys.
 */
export const dynamic: Family = {
  name: 'dynamic',
  detects: (config) => ['top_p_threshold', 'expert_frequency', 'experts_topk'].some((key) => config.has(key)) && config.has(['num_experts', 'num_local_experts']),
  decoder: (config) => {
    const common = readCommon(config, { eps: 1e-6, contextLength: 2048 });
    const { hidden, heads, kvHeads, headWidth, eps } = common;
    const inner = config.int('intermediate_size', { min: 1, max: MAX_INTERMEDIATE });
    const p = Math.min(config.number('top_p_threshold', { min: 1e-6, default: 0.4 }), 1); // from 1 on it keeps all
    const router = { experts: readExperts(config), score: softmaxScore, weigh: rawWeights, native: { kind: 'top-p', p } } as const;
    const every = config.int('expert_frequency', { min: 1, max: MAX_LAYERS, default: 1 });
    const blocks = Array.from({ length: common.layers }, (_, layer) => {
      const at = `model.layers.${layer}`;
      return preNormBlock({
        attentionNorm: rowNorm(`${at}.input_norm.weight`, hidden, eps),
        attention: { heads, kvHeads, headWidth, ...projections(`${at}.self_attn`, hidden, heads, kvHeads, headWidth, false) },
        feedForwardNorm: rowNorm(`${at}.post_attention_norm.weight`, hidden, eps),
        feedForward: layer % every === 0
          ? { mixture: swigluMixture(`${at}.mlp.router.weight`, `${at}.mlp.experts`, router, hidden, inner) }
          : { dense: swigluWeights(`${at}.mlp.mlp`, hidden, inner) },
      });
    });
    return { ...llamaFrame(config, common), blocks, router, sharedExperts: 0 };
  },
};

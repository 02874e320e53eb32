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
  detects: (config) => config.has('top_p_threshold') && config.has('num_experts'),
  decoder: (config) => {
    const common = readCommon(config, 1e-6);
    const { hidden, heads, kvHeads, headWidth, eps } = common;
    const inner = config.int('intermediate_size', { min: 1, max: MAX_INTERMEDIATE });
    const p = config.number('top_p_threshold', { max: 1 });
    if (p <= 0) throw config.invalid('top_p_threshold', 'a number above 0');
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

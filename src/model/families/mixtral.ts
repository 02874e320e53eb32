import { softmaxScore } from '../../routing/score.js';
import { renormalisedWeights } from '../../routing/weigh.js';
import { attention, projections } from '../layers/attention.js';
import { preNormBlock } from '../layers/block.js';
import { findExperts, numbered } from '../layers/expertLayout.js';
import { projection } from '../layers/linear.js';
import { mixture } from '../layers/mixture.js';
import { rowNorm } from '../layers/norm.js';
import { rotateHalves, rotatePairs } from '../layers/rope.js';
import { MIXTRAL_NAMES } from '../layers/swiglu.js';
import { llamaFrame, readCommon, readExperts, readExpertsPerToken, readInner, readWindow, type Family } from './family.js';

/**
 * Mixtral (Jiang et al. 2024; transformers `modeling_mixtral.py`): Llama with grouped-query attention whose every feed-forward is
 * a mixture, the top k renormalised. Some configs say "llama" and are known by their keys.
 */
export const mixtral: Family = {
  name: 'mixtral',
  detects: (config) => config.raw('model_type') === 'mixtral' || (config.raw('model_type') === 'llama' && config.has('num_local_experts') && config.has('num_experts_per_tok')),
  decoder: (config, tensors) => {
    const common = readCommon(config, { eps: 1e-5, contextLength: 131_072 });
    const { hidden, headWidth, eps } = common;
    const inner = readInner(config, 'intermediate_size');
    const experts = readExperts(config, ['num_local_experts', 'num_experts']);
    const router = { experts, score: softmaxScore, weigh: renormalisedWeights, native: { kind: 'top-k', k: readExpertsPerToken(config, experts, 2) } } as const;
    const window = readWindow(config);
    const bias = config.bool('attention_bias', false); // Mixtral has none, a Llama may
    const rotate = config.bool('rope_interleave', false) ? rotatePairs : rotateHalves; // llama.cpp has turned the rows round
    const blocks = numbered(common.layers, (layer) => {
      const at = `model.layers.${layer}`;
      const moe = tensors.has(`${at}.mlp.gate.weight`) ? `${at}.mlp` : `${at}.block_sparse_moe`;
      return preNormBlock({
        mixerNorm: rowNorm(`${at}.input_layernorm.weight`, hidden, eps),
        mixer: attention({ ...common, ...projections(`${at}.self_attn`, common, bias), rotate, window }),
        feedForwardNorm: rowNorm(`${at}.post_attention_layernorm.weight`, hidden, eps),
        feedForward: mixture({ gate: projection(`${moe}.gate`, experts, hidden), router, experts: findExperts(tensors, `${moe}.experts`, { experts, hidden, inner }, MIXTRAL_NAMES) }),
      });
    });
    return { ...llamaFrame(config, common, { width: headWidth }, tensors), blocks, router, sharedExperts: 0 };
  },
  gguf: { arch: 'llama', keys: { num_local_experts: 'expert_count' }, also: () => ({ rope_interleave: true }) },
};

import { MAX_INTERMEDIATE, MAX_LAYERS } from '../../checkpoint/configLimits.js';
import { sigmoidScore } from '../../routing/score.js';
import { rawWeights, renormalisedPlus, scaledWeights } from '../../routing/weigh.js';
import { attention } from '../layers/attention.js';
import { preNormBlock } from '../layers/block.js';
import { findExperts, numbered } from '../layers/expertLayout.js';
import { projection } from '../layers/linear.js';
import { mixture } from '../layers/mixture.js';
import { rowNorm } from '../layers/norm.js';
import { shortConvolution } from '../layers/shortConvolution.js';
import { dense, MIXTRAL_NAMES, swigluWeights } from '../layers/swiglu.js';
import { vectorWeight } from '../weight.js';
import { llamaFrame, present, readCommon, readExperts, readExpertsPerToken, readInner, type Family } from './family.js';

/**
 * LFM2-8B-A1B (Liquid AI 2025; transformers `modeling_lfm2_moe.py`): most layers mix tokens by a short gated convolution, the others by
 * grouped-query attention; experts are scored by a sigmoid and ordered by a bias; the first layers are dense.
 */
export const lfm2Moe: Family = {
  name: 'lfm2_moe',
  detects: (config) => config.raw('model_type') === 'lfm2_moe',
  decoder: (config, tensors) => {
    const common = readCommon(config, { eps: 1e-5, contextLength: 128_000 });
    const { hidden, layers, heads, kvHeads, headWidth, eps } = common;
    const experts = readExperts(config);
    const hasBias = config.bool('use_expert_bias', true);
    const router = {
      experts,
      score: sigmoidScore,
      weigh: scaledWeights(config.bool('norm_topk_prob', true) ? renormalisedPlus(1e-6) : rawWeights, config.number('routed_scaling_factor', { default: 1 })),
      native: { kind: 'top-k', k: readExpertsPerToken(config, experts, 4) },
    } as const;
    const inner = readInner(config, 'moe_intermediate_size');
    const denseInner = readInner(config, 'intermediate_size');
    const firstMoe = config.int('num_dense_layers', { min: 0, max: MAX_LAYERS, default: 2 });
    const kernel = config.int('conv_L_cache', { min: 1, max: MAX_INTERMEDIATE, default: 3 });
    const bias = config.bool('conv_bias', false);
    const types = config.optionalStringArray('layer_types', { oneOf: ['conv', 'full_attention'], maxLength: MAX_LAYERS });
    if (types === undefined || types.length < layers) throw config.invalid('layer_types', `a type for each of ${layers} layers`);
    const blocks = numbered(layers, (layer) => {
      const at = `model.layers.${layer}`;
      const own = `${at}.self_attn`;
      return preNormBlock({
        mixerNorm: rowNorm(`${at}.operator_norm.weight`, hidden, eps),
        mixer: types[layer] === 'conv'
          ? shortConvolution(`${at}.conv`, hidden, kernel, bias)
          : attention({
            ...common,
            query: projection(`${own}.q_proj`, heads * headWidth, hidden),
            key: projection(`${own}.k_proj`, kvHeads * headWidth, hidden),
            value: projection(`${own}.v_proj`, kvHeads * headWidth, hidden),
            output: projection(`${own}.out_proj`, hidden, heads * headWidth),
            queryNorm: rowNorm(`${own}.q_layernorm.weight`, headWidth, eps),
            keyNorm: rowNorm(`${own}.k_layernorm.weight`, headWidth, eps),
          }),
        feedForwardNorm: rowNorm(`${at}.ffn_norm.weight`, hidden, eps),
        feedForward: layer >= firstMoe
          ? mixture({
            gate: projection(`${at}.feed_forward.gate`, experts, hidden),
            selectionBias: hasBias ? vectorWeight(`${at}.feed_forward.expert_bias`, experts) : undefined,
            router,
            experts: findExperts(tensors, `${at}.feed_forward.experts`, { experts, hidden, inner }, MIXTRAL_NAMES),
          })
          : dense(swigluWeights(`${at}.feed_forward`, hidden, denseInner, MIXTRAL_NAMES)),
      });
    });
    const frame = llamaFrame(config, common, { width: headWidth }, tensors);
    const output = config.bool(['tie_embedding', 'tie_word_embeddings'], true) ? frame.embedding : { ...frame.embedding, name: 'lm_head.weight' };
    return { ...frame, output, finalNorm: rowNorm(present(tensors, 'model.embedding_norm.weight', 'model.norm.weight'), hidden, eps), blocks, router, sharedExperts: 0 };
  },
  gguf: {
    arch: 'lfm2moe',
    keys: { num_experts: 'expert_count', moe_intermediate_size: 'expert_feed_forward_length', num_dense_layers: 'leading_dense_block_count', conv_L_cache: 'shortconv.l_cache' },
    also: (metadata) => ({ layer_types: metadata.intArray('attention.head_count_kv', { maxLength: MAX_LAYERS }).map((heads) => (heads === 0 ? 'conv' : 'full_attention')) }),
    names: {
      token_embd_norm: 'model.embedding_norm', output_norm: 'model.embedding_norm', attn_norm: 'operator_norm', ffn_norm: 'ffn_norm', attn_output: 'self_attn.out_proj',
      attn_q_norm: 'self_attn.q_layernorm', attn_k_norm: 'self_attn.k_layernorm', 'shortconv.in_proj': 'conv.in_proj', 'shortconv.conv': 'conv.conv', 'shortconv.out_proj': 'conv.out_proj',
      ffn_gate: 'feed_forward.w1', ffn_up: 'feed_forward.w3', ffn_down: 'feed_forward.w2', ffn_gate_inp: 'feed_forward.gate', 'exp_probs_b.bias': 'feed_forward.expert_bias',
      ffn_gate_exps: 'feed_forward.experts.gate_proj', ffn_up_exps: 'feed_forward.experts.up_proj', ffn_down_exps: 'feed_forward.experts.down_proj',
    },
  },
};

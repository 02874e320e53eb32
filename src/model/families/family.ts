import { LensError } from '../../base/errors.js';
import { MAX_EXPERTS, MAX_HEAD_DIM, MAX_HEADS, MAX_HIDDEN, MAX_LAYERS, MAX_POSITIONS, MAX_VOCAB } from '../../checkpoint/configLimits.js';
import type { ConfigReader } from '../../checkpoint/configReader.js';
import type { Decoder } from '../decoder.js';
import { readRope } from '../layers/ropeConfig.js';
import { rowNorm } from '../layers/norm.js';
import { matrixWeight } from '../weights.js';

/** One architecture: how to know it, and how its config becomes a decoder. One file each, named after `model_type`. */
export interface Family {
  /** The `model_type` of its configs (for the paper's own checkpoints, which say "llama", `dynamic`). */
  readonly name: string;
  readonly detects: (config: ConfigReader) => boolean;
  /** @throws E_CONFIG_INVALID, E_CONFIG_UNSUPPORTED */
  readonly decoder: (config: ConfigReader) => Decoder;
}

/** What every Llama-like config says. */
export interface CommonConfig {
  readonly hidden: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headWidth: number;
  readonly eps: number;
  readonly contextLength: number;
}

/** What a family's config class has where the file says nothing. */
export interface Defaults {
  readonly eps: number;
  readonly contextLength: number;
}

export function readCommon(config: ConfigReader, defaults: Defaults): CommonConfig {
  const activation = config.string('hidden_act', { default: 'silu' });
  if (activation !== 'silu' && activation !== 'swish') throw new LensError('E_CONFIG_UNSUPPORTED', `The checkpoint uses the activation "${activation}".`, 'Only "silu" is supported.');
  const hidden = config.int('hidden_size', { min: 1, max: MAX_HIDDEN });
  const heads = config.int('num_attention_heads', { min: 1, max: MAX_HEADS });
  const kvHeads = config.int('num_key_value_heads', { min: 1, max: MAX_HEADS, default: heads });
  if (heads % kvHeads !== 0) throw config.invalid('num_key_value_heads', `a divisor of num_attention_heads (${heads})`);
  const headWidth = config.optionalInt('head_dim', { min: 2, max: MAX_HEAD_DIM }) ?? hidden / heads;
  if (!Number.isInteger(headWidth)) throw config.invalid('num_attention_heads', `a divisor of hidden_size (${hidden})`);
  if (headWidth % 2 !== 0) throw config.invalid(config.has('head_dim') ? 'head_dim' : 'num_attention_heads', 'an even head width');
  return {
    hidden, heads, kvHeads, headWidth,
    layers: config.int('num_hidden_layers', { min: 1, max: MAX_LAYERS }),
    eps: config.number('rms_norm_eps', { min: 0, max: 1, default: defaults.eps }),
    contextLength: config.int('max_position_embeddings', { min: 2, max: MAX_POSITIONS, default: defaults.contextLength }),
  };
}

/** How many experts there are and, for a Top-K family, how many of them a token takes. */
export function readExperts(config: ConfigReader, keys: readonly string[] = ['num_experts', 'num_local_experts']): number {
  return config.int(keys, { min: 1, max: MAX_EXPERTS });
}

/** The router's k, at most the number of experts. OLMoE and Qwen3-MoE have 8 where the file says nothing. */
export function readExpertsPerToken(config: ConfigReader, experts: number): number {
  const key = 'num_experts_per_tok';
  const k = config.int(key, { min: 1, max: MAX_EXPERTS, default: 8 });
  if (k > experts) throw config.invalid(key, `at most the number of experts (${experts})`);
  return k;
}

/** The parts around the layers that Llama-like checkpoints share: `model.embed_tokens`, `model.norm`, `lm_head`. */
export function llamaFrame(config: ConfigReader, common: CommonConfig): Pick<Decoder, 'hiddenSize' | 'vocabularySize' | 'contextLength' | 'rope' | 'embedding' | 'finalNorm' | 'output' | 'attentionWidth'> {
  const vocabularySize = config.int('vocab_size', { min: 1, max: MAX_VOCAB });
  const { contextLength } = common;
  const embedding = matrixWeight('model.embed_tokens.weight', vocabularySize, common.hidden);
  return {
    hiddenSize: common.hidden,
    vocabularySize,
    contextLength,
    rope: readRope(config, common.headWidth, contextLength),
    embedding,
    finalNorm: rowNorm('model.norm.weight', common.hidden, common.eps),
    output: config.bool('tie_word_embeddings', false) ? embedding : matrixWeight('lm_head.weight', vocabularySize, common.hidden),
    attentionWidth: common.heads * common.headWidth,
  };
}

import { LensError } from '../../base/errors.js';
import type { JsonObject } from '../../checkpoint/checkpoint.js';
import { MAX_EXPERTS, MAX_HEAD_DIM, MAX_HEADS, MAX_HIDDEN, MAX_INTERMEDIATE, MAX_LAYERS, MAX_POSITIONS, MAX_VOCAB } from '../../checkpoint/configLimits.js';
import type { ConfigReader } from '../../checkpoint/configReader.js';
import type { GroupLimit } from '../../routing/groups.js';
import type { Decoder, Tensors } from '../decoder.js';
import { rowNorm } from '../layers/norm.js';
import { readRope, usableContext } from '../layers/ropeConfig.js';
import { matrixWeight, vectorWeight } from '../weight.js';

/** One architecture: how to know it, and how its config becomes a decoder. One file each, named after `model_type`. */
export interface Family {
  /** The `model_type` of its configs (for the paper's own checkpoints, which say "llama", `dynamic`). */
  readonly name: string;
  readonly detects: (config: ConfigReader) => boolean;
  /**
   * @param tensors what the checkpoint holds, for families whose files differ in how they store the same thing
   * @throws E_CONFIG_INVALID, E_CONFIG_UNSUPPORTED
   */
  readonly decoder: (config: ConfigReader, tensors: Tensors) => Decoder;
  /** How llama.cpp's files have it; absent where llama.cpp does not know it. */
  readonly gguf?: GgufForm;
}

/**
 * What a GGUF says, in the words of the family's config.json (see ../gguf.ts for what all architectures share). Metadata is
 * read below the architecture's prefix: `expert_count`, not `olmoe.expert_count`.
 */
export interface GgufForm {
  /** `general.architecture`: llama.cpp's name first, then others' (Ollama's converter has its own for some). */
  readonly arch: string | readonly string[];
  /** Where several families share an architecture: whether this is the one. */
  readonly detects?: (metadata: ConfigReader) => boolean;
  /** Config keys that the architecture's metadata has under another name: { num_experts: 'expert_count' }; of several the first that is there. */
  readonly keys: Readonly<Record<string, string | readonly string[]>>;
  /** Tensors that the family calls otherwise than ../gguf.ts has it: { ffn_gate_inp: 'mlp.router' }. */
  readonly names?: Readonly<Record<string, string>>;
  /** What is always so for this architecture, or follows from several keys. */
  readonly also?: (metadata: ConfigReader) => JsonObject;
  /** How a scaled rotary embedding is scaled where the file does not say: `rope_scaling` in transformers' words. */
  readonly rope?: (metadata: ConfigReader) => JsonObject;
}

/** What every decoder's config says. */
export interface BaseConfig {
  readonly hidden: number;
  readonly layers: number;
  readonly heads: number;
  readonly eps: number;
  readonly contextLength: number;
}

/** With grouped-query attention. */
export interface CommonConfig extends BaseConfig {
  readonly kvHeads: number;
  readonly headWidth: number;
}

/** What a family's config class has where the file says nothing. */
export interface Defaults {
  readonly eps: number;
  readonly contextLength: number;
}

export function readBase(config: ConfigReader, defaults: Defaults): BaseConfig {
  const activation = config.string('hidden_act', { default: 'silu' });
  if (activation !== 'silu' && activation !== 'swish') throw new LensError('E_CONFIG_UNSUPPORTED', `The checkpoint uses the activation "${activation}".`, 'Only "silu" is supported.');
  return {
    hidden: config.int('hidden_size', { min: 1, max: MAX_HIDDEN }),
    layers: config.int('num_hidden_layers', { min: 1, max: MAX_LAYERS }),
    heads: config.int('num_attention_heads', { min: 1, max: MAX_HEADS }),
    eps: config.number(['rms_norm_eps', 'norm_eps'], { min: 0, max: 1, default: defaults.eps }),
    contextLength: config.int('max_position_embeddings', { min: 2, max: MAX_POSITIONS, default: defaults.contextLength }),
  };
}

export function readCommon(config: ConfigReader, defaults: Defaults): CommonConfig {
  const base = readBase(config, defaults);
  const { hidden, heads } = base;
  const kvHeads = config.int('num_key_value_heads', { min: 1, max: MAX_HEADS, default: heads });
  if (heads % kvHeads !== 0) throw config.invalid('num_key_value_heads', `a divisor of num_attention_heads (${heads})`);
  const headWidth = config.optionalInt('head_dim', { min: 2, max: MAX_HEAD_DIM }) ?? hidden / heads;
  if (!Number.isInteger(headWidth)) throw config.invalid('num_attention_heads', `a divisor of hidden_size (${hidden})`);
  if (headWidth % 2 !== 0) throw config.invalid(config.has('head_dim') ? 'head_dim' : 'num_attention_heads', 'an even head width');
  return { ...base, kvHeads, headWidth };
}

/** How many experts there are and, for a Top-K family, how many of them a token takes. */
export function readExperts(config: ConfigReader, keys: readonly string[] = ['num_experts', 'num_local_experts']): number {
  return config.int(keys, { min: 1, max: MAX_EXPERTS });
}

/** The router's k, at most the number of experts; `usual` where the file says nothing. */
export function readExpertsPerToken(config: ConfigReader, experts: number, usual = 8, keys: readonly string[] = ['num_experts_per_tok']): number {
  const k = config.int(keys, { min: 1, max: MAX_EXPERTS, default: usual });
  if (k > experts) throw config.invalid(keys, `at most the number of experts (${experts})`);
  return k;
}

/** DeepSeek's limit on the groups of experts that a token may use; undefined where there is none. */
export function readGroups(config: ConfigReader, experts: number, k: number, best: number): GroupLimit | undefined {
  const groups = config.int('n_group', { min: 1, max: MAX_EXPERTS, default: 1 });
  const kept = config.int('topk_group', { min: 1, max: groups, default: groups });
  if (kept === groups) return undefined;
  if (experts % groups !== 0) throw config.invalid('n_group', `a divisor of the number of experts (${experts})`);
  if (k > (experts / groups) * kept) throw config.invalid('topk_group', `groups with at least ${k} experts`);
  return { groups, kept, best: Math.min(best, experts / groups) };
}

/** An inner width of a feed-forward. */
export const readInner = (config: ConfigReader, key: string, usual?: number): number => config.int(key, { min: 1, max: MAX_INTERMEDIATE, ...(usual === undefined ? {} : { default: usual }) });

/** A window of attention, in tokens. */
export const readWindow = (config: ConfigReader): number | undefined => config.optionalInt('sliding_window', { min: 1, max: MAX_POSITIONS });

/** Whether each layer's attention has a window: what `layer_types` says, else `usual`. */
export function readSliding(config: ConfigReader, layers: number, usual: (layer: number) => boolean): (layer: number) => boolean {
  const types = config.optionalStringArray('layer_types', { oneOf: ['sliding_attention', 'full_attention'], maxLength: MAX_LAYERS });
  if (types === undefined) return usual;
  if (types.length < layers) throw config.invalid('layer_types', `a type for each of ${layers} layers`);
  return (layer) => types[layer] === 'sliding_attention';
}

/** Of several names for the same tensor the one that the checkpoint has; the first if it has none. */
export const present = (tensors: Tensors, ...names: readonly [string, ...string[]]): string => names.find((name) => tensors.has(name)) ?? names[0];

/** The parts around the layers that Llama-like checkpoints share: `model.embed_tokens`, `model.norm`, `lm_head`. */
export function llamaFrame(config: ConfigReader, base: BaseConfig, heads: { readonly width: number; readonly rotated?: number }, tensors: Tensors): Pick<Decoder, 'hiddenSize' | 'vocabularySize' | 'contextLength' | 'rope' | 'embedding' | 'finalNorm' | 'output' | 'attentionWidth'> {
  const vocabularySize = config.int('vocab_size', { min: 1, max: MAX_VOCAB });
  const { hidden, eps, contextLength } = base;
  const rotated = heads.rotated ?? heads.width;
  const embedding = matrixWeight('model.embed_tokens.weight', vocabularySize, hidden);
  const rope = readRope(config, rotated, contextLength);
  return {
    hiddenSize: hidden,
    vocabularySize,
    contextLength: usableContext(config, contextLength),
    rope: tensors.has(ROPE_DIVISORS) ? { ...rope, divisors: vectorWeight(ROPE_DIVISORS, rotated / 2) } : rope,
    embedding,
    finalNorm: rowNorm('model.norm.weight', hidden, eps),
    output: config.bool('tie_word_embeddings', false) ? embedding : matrixWeight('lm_head.weight', vocabularySize, hidden),
    attentionWidth: base.heads * heads.width,
  };
}

/** Only in files of llama.cpp: what the frequencies of a scaled rotary embedding are divided by. */
const ROPE_DIVISORS = 'rope_freqs.weight';

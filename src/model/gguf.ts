import { basename } from 'node:path';
import type { Checkpoint, JsonObject } from '../checkpoint/checkpoint.js';
import { MAX_HEAD_DIM, MAX_LAYERS } from '../checkpoint/configLimits.js';
import { ConfigReader } from '../checkpoint/configReader.js';
import type { TensorStore } from '../checkpoint/tensorStore.js';
import type { Tensors } from './decoder.js';
import type { Family, GgufForm } from './families/family.js';
import { familyOfGguf } from './families/registry.js';
import { renamedStore } from './renamedStore.js';

/** A checkpoint in the words that families are written in: transformers' config keys and tensor names. */
export interface FamilyView {
  readonly family: Family;
  readonly config: ConfigReader;
  readonly store: TensorStore;
}

/** Config keys that every architecture's metadata has, below its prefix. Source: gguf-py, `constants.py`, Keys. */
const KEYS: Readonly<Record<string, string | readonly string[]>> = {
  hidden_size: 'embedding_length',
  intermediate_size: 'feed_forward_length',
  num_attention_heads: 'attention.head_count',
  num_key_value_heads: 'attention.head_count_kv',
  head_dim: 'attention.key_length',
  rms_norm_eps: ['attention.layer_norm_rms_epsilon', 'attention.layer_norm_epsilon'],
  max_position_embeddings: 'context_length',
  rope_theta: 'rope.freq_base',
  num_experts_per_tok: 'expert_used_count',
  sliding_window: 'attention.sliding_window',
};

/** Tensors beside the layers. Source: gguf-py, `constants.py`, TENSOR_NAMES, and `tensor_mapping.py`. */
const GLOBAL_NAMES: Readonly<Record<string, string>> = {
  token_embd: 'model.embed_tokens',
  output_norm: 'model.norm',
  output: 'lm_head',
  rope_factors_short: 'rope_freqs', // what the rotary frequencies are divided by, up to the original context
};

/** Tensors of a layer, without .weight and .bias unless the other side has none. Same source. */
const LAYER_NAMES: Readonly<Record<string, string>> = {
  attn_norm: 'input_layernorm',
  ffn_norm: 'post_attention_layernorm',
  post_attention_norm: 'post_attention_layernorm',
  attn_q: 'self_attn.q_proj',
  attn_k: 'self_attn.k_proj',
  attn_v: 'self_attn.v_proj',
  attn_output: 'self_attn.o_proj',
  attn_q_norm: 'self_attn.q_norm',
  attn_k_norm: 'self_attn.k_norm',
  'attn_sinks.weight': 'self_attn.sinks',
  attn_q_a: 'self_attn.q_a_proj',
  attn_q_a_norm: 'self_attn.q_a_layernorm',
  attn_q_b: 'self_attn.q_b_proj',
  attn_kv_a_mqa: 'self_attn.kv_a_proj_with_mqa',
  attn_kv_a_norm: 'self_attn.kv_a_layernorm',
  attn_kv_b: 'self_attn.kv_b_proj',
  attn_k_b: 'self_attn.k_b_proj',
  attn_v_b: 'self_attn.v_b_proj',
  ffn_gate: 'mlp.gate_proj',
  ffn_up: 'mlp.up_proj',
  ffn_down: 'mlp.down_proj',
  ffn_gate_inp: 'mlp.gate',
  'exp_probs_b.bias': 'mlp.gate.e_score_correction_bias',
  ffn_gate_exps: 'mlp.experts.gate_proj',
  ffn_up_exps: 'mlp.experts.up_proj',
  ffn_down_exps: 'mlp.experts.down_proj',
  ffn_gate_up_exps: 'mlp.experts.gate_up_proj',
  ffn_gate_inp_shexp: 'mlp.shared_expert_gate',
  ffn_gate_shexp: 'mlp.shared_experts.gate_proj',
  ffn_up_shexp: 'mlp.shared_experts.up_proj',
  ffn_down_shexp: 'mlp.shared_experts.down_proj',
};

/**
 * Reads a GGUF as its family's config and tensors.
 * @throws E_NOT_MOE, E_FAMILY_UNKNOWN, E_CONFIG_INVALID
 */
export function viewGguf({ path, config, store }: Checkpoint): FamilyView {
  const file = basename(path);
  const arch = new ConfigReader(config, file).string('general.architecture');
  const prefix = `${arch}.`;
  const below = Object.entries(config).filter(([key]) => key.startsWith(prefix)).map(([key, value]) => [key.slice(prefix.length), value] as const);
  const metadata = new ConfigReader(Object.fromEntries(below), `${file}, ${arch},`);
  const { family, form } = familyOfGguf(arch, metadata);
  return {
    family,
    config: new ConfigReader(transformersConfig(metadata, form, store.tensors), `${file} (in transformers' words)`),
    store: renamedStore(store, (name) => transformersName(name, form)),
  };
}

function transformersConfig(metadata: ConfigReader, form: GgufForm, tensors: Tensors): JsonObject {
  const entries = Object.entries({ ...KEYS, ...form.keys }).map(([key, from]) => [key, single(metadata.raw(from))] as const);
  return {
    ...Object.fromEntries(entries),
    num_hidden_layers: layerCount(metadata, tensors),
    vocab_size: tensors.get('token_embd.weight')?.shape[0],
    tie_word_embeddings: !tensors.has('output.weight'),
    attention_bias: tensors.has('blk.0.attn_q.bias'),
    rope_scaling: ropeScaling(metadata, form, tensors),
    ...form.also?.(metadata),
  };
}

/** Some metadata are a number for each layer: the same number, or 0 in layers where it means nothing (no attention there). */
function single(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const perLayer: readonly unknown[] = value;
  const found = new Set(perLayer.filter((each) => each !== 0));
  return found.size === 1 ? [...found][0] : perLayer;
}

/** Without the layers that predict further tokens, which come last. */
function layerCount(metadata: ConfigReader, tensors: Tensors): number {
  let count = metadata.int('block_count', { min: 1, max: MAX_LAYERS });
  while (count > 1 && tensors.has(`blk.${count - 1}.nextn.eh_proj.weight`)) count--;
  return count;
}

/** `rope_scaling` as transformers spells it, undefined where there is none. */
function ropeScaling(metadata: ConfigReader, form: GgufForm, tensors: Tensors): JsonObject | undefined {
  const original = metadata.raw('rope.scaling.original_context_length');
  const factors = tensors.get('rope_factors_short.weight');
  if (factors !== undefined) {
    const inTensor = Array.from({ length: Math.min(factors.shape[0] ?? 0, MAX_HEAD_DIM) }, () => 1); // see GLOBAL_NAMES
    return { rope_type: 'longrope', short_factor: inTensor, attention_factor: metadata.raw('rope.scaling.attn_factor') ?? 1, original_max_position_embeddings: original };
  }
  const factor = metadata.raw('rope.scaling.factor');
  const usual = form.rope?.(metadata) ?? {};
  const kind = metadata.optionalString('rope.scaling.type') ?? (factor === undefined ? undefined : usual['rope_type'] ?? 'linear'); // llama.cpp's default
  if (kind === undefined || kind === 'none') return undefined;
  const logMultiplier = metadata.optionalNumber('rope.scaling.yarn_log_multiplier');
  const mscale = logMultiplier === undefined ? undefined : 10 * logMultiplier;
  return {
    ...usual,
    rope_type: kind,
    factor,
    original_max_position_embeddings: original,
    beta_fast: metadata.raw('rope.scaling.yarn_beta_fast') ?? usual['beta_fast'],
    beta_slow: metadata.raw('rope.scaling.yarn_beta_slow'),
    mscale,
    mscale_all_dim: mscale,
  };
}

/** blk.3.attn_q.weight: model.layers.3.self_attn.q_proj.weight. Names that are not known stay as they are. */
function transformersName(name: string, form: GgufForm): string {
  const layer = /^blk\.(\d+)\.(.+)$/.exec(name);
  const names = layer === null ? GLOBAL_NAMES : LAYER_NAMES;
  const renamed = rename(layer === null ? name : layer[2], { ...names, ...form.names });
  return layer === null ? renamed : `model.layers.${layer[1]}.${renamed}`;
}

function rename(name: string, names: Readonly<Record<string, string>>): string {
  const whole = names[name];
  if (whole !== undefined) return whole;
  const [, stem, expert, tail] = /^([^.]+(?:\.[a-z_]+)*?)(?:\.(\d+))?(\.weight|\.bias)$/.exec(name) ?? [];
  if (stem === undefined) return name;
  if (expert === undefined) return `${names[stem] ?? stem}${tail}`;
  const stacked = names[`${stem}_exps`] ?? stem; // until 2024 a file had a tensor for each expert: ffn_gate.7.weight
  return `${stacked.replace(/\.(\w+)$/, `.${expert}.$1`)}${tail}`;
}

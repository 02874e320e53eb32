// Writes the checkpoint as it would be released: bf16 safetensors, config.json, tokenizer.json.
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { normals, toBf16 } from './numbers.mjs';
import { tensorsOf } from './shape.mjs';
import { makeVocabulary } from './vocabulary.mjs';

const SEED = 7;

/** Every tensor with its numbers, one at a time: the same whoever asks, for the same shape. */
export function* weightsOf(shape) {
  const fill = normals(SEED);
  for (const tensor of tensorsOf(shape)) {
    const values = new Float32Array(tensor.shape.reduce((product, size) => product * size, 1));
    fill(values, tensor.shape.at(-1));
    if (tensor.spread === undefined) spread(values, 1, 0.05);
    else spread(values, 0, tensor.spread);
    yield { ...tensor, values };
  }
}

function spread(values, centre, width) {
  for (let i = 0; i < values.length; i++) values[i] = centre + width * values[i];
}

export function writeSafetensors(folder, shape) {
  const header = { __metadata__: { format: 'pt' } };
  let end = 0;
  for (const { name, shape: sizes } of tensorsOf(shape)) {
    const bytes = 2 * sizes.reduce((product, size) => product * size, 1);
    header[name] = { dtype: 'BF16', shape: sizes, data_offsets: [end, end += bytes] };
  }
  const json = JSON.stringify(header);
  const text = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const file = openSync(join(folder, 'model.safetensors'), 'w');
  writeSync(file, length);
  writeSync(file, text);
  for (const { values } of weightsOf(shape)) writeAll(file, new Uint8Array(toBf16(values).buffer));
  closeSync(file);
  writeConfig(folder, shape);
  writeTokenizer(folder, shape);
}

/** writeSync may write less than it was given. */
export function writeAll(file, bytes) {
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done, Math.min(bytes.length - done, 2 ** 30));
}

function writeConfig(folder, { layers, hidden, heads, experts, topK, inner, vocabulary }) {
  writeFileSync(join(folder, 'config.json'), JSON.stringify({
    architectures: ['OlmoeForCausalLM'], model_type: 'olmoe', attention_bias: false, clip_qkv: null, eos_token_id: vocabulary - 1, pad_token_id: 1, hidden_act: 'silu', hidden_size: hidden,
    intermediate_size: inner, max_position_embeddings: 8192, norm_topk_prob: false, num_attention_heads: heads, num_experts: experts, num_experts_per_tok: topK, num_hidden_layers: layers,
    num_key_value_heads: heads, rms_norm_eps: 1e-5, rope_theta: 10_000, rope_scaling: null, tie_word_embeddings: false, torch_dtype: 'bfloat16', vocab_size: vocabulary,
  }, null, 2));
}

function writeTokenizer(folder, { vocabulary }) {
  const { tokens, merges } = makeVocabulary(vocabulary);
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify({
    version: '1.0', truncation: null, padding: null, normalizer: null, post_processor: null,
    added_tokens: [{ id: vocabulary - 1, content: tokens.at(-1), single_word: false, lstrip: false, rstrip: false, normalized: false, special: true }],
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: { type: 'BPE', dropout: null, unk_token: null, continuing_subword_prefix: '', end_of_word_suffix: '', fuse_unk: false, byte_fallback: false,
      vocab: Object.fromEntries(tokens.slice(0, -1).map((token, id) => [token, id])), merges },
  }));
}

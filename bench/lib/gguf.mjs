// Writes the same model as a GGUF, for llama.cpp and for ourselves. Source: ggml, docs/gguf.md; names as llama.cpp's converter gives them.
import { closeSync, openSync } from 'node:fs';
import { roundToBf16, toBf16, toQ8 } from './numbers.mjs';
import { weightsOf, writeAll } from './safetensors.mjs';
import { makeVocabulary } from './vocabulary.mjs';

const U32 = 4;
const F32 = 6;
const BOOL = 7;
const STRING = 8;
const ARRAY = 9;
const ALIGNMENT = 32;

/** Number in the file, bytes of a row, and how numbers are written. `fileType` is llama.cpp's name for the whole. */
const TYPES = {
  f32: { id: 0, fileType: 0, rowBytes: (columns) => 4 * columns, write: (values) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength) },
  bf16: { id: 30, fileType: 32, rowBytes: (columns) => 2 * columns, write: (values) => new Uint8Array(toBf16(values).buffer) },
  q8_0: { id: 8, fileType: 7, rowBytes: (columns) => (columns / 32) * 34, write: toQ8 },
};
export const GGUF_KINDS = Object.keys(TYPES);

const NAMES = [
  [/^model\.embed_tokens/, 'token_embd'], [/^model\.norm/, 'output_norm'], [/^lm_head/, 'output'], [/^model\.layers\.(\d+)\./, 'blk.$1.'], [/input_layernorm/, 'attn_norm'], [/post_attention_layernorm/, 'ffn_norm'],
  [/self_attn\.([qkv])_proj/, 'attn_$1'], [/self_attn\.o_proj/, 'attn_output'], [/self_attn\.([qk])_norm/, 'attn_$1_norm'], [/mlp\.gate\./, 'ffn_gate_inp.'],
];
const EXPERT = /^model\.layers\.(\d+)\.mlp\.experts\.(\d+)\.(\w+)_proj/;

export function writeGguf(path, shape, kind) {
  const list = places(shape, kind);
  const file = openSync(path, 'w');
  writeAll(file, header(shape, kind, list));
  for (const { type, name, parts } of inOrder(shape, list)) {
    let bytes = 0;
    for (const values of parts) {
      roundToBf16(values); // the numbers of the safetensors file
      const written = TYPES[type].write(values);
      writeAll(file, written);
      bytes += written.length;
    }
    const { size } = list.get(name);
    if (bytes !== size) throw new Error(`${name} has ${bytes} bytes, not ${size}.`);
    writeAll(file, Buffer.alloc(padding(bytes)));
  }
  closeSync(file);
}

const padding = (bytes) => -bytes & (ALIGNMENT - 1);

/** Tensors by name with type, shape and place. The experts of a layer are one tensor for each of the three projections. */
function places({ layers, hidden, experts, inner, vocabulary }, kind) {
  const list = new Map();
  let end = 0;
  const add = (name, sizes, type = sizes.length === 1 ? 'f32' : kind) => {
    const rows = sizes.slice(0, -1).reduce((product, size) => product * size, 1);
    const size = rows * TYPES[type].rowBytes(sizes.at(-1));
    list.set(name, { type, sizes, offset: end, size });
    end += size + padding(size);
  };
  add('token_embd.weight', [vocabulary, hidden]);
  for (let layer = 0; layer < layers; layer++) {
    const at = `blk.${layer}`;
    for (const norm of ['attn_norm', 'ffn_norm', 'attn_q_norm', 'attn_k_norm']) add(`${at}.${norm}.weight`, [hidden]);
    for (const name of ['attn_q', 'attn_k', 'attn_v', 'attn_output']) add(`${at}.${name}.weight`, [hidden, hidden]);
    add(`${at}.ffn_gate_inp.weight`, [experts, hidden], 'f32');
    for (const name of ['gate', 'up']) add(`${at}.ffn_${name}_exps.weight`, [experts, inner, hidden]);
    add(`${at}.ffn_down_exps.weight`, [experts, hidden, inner]);
  }
  add('output_norm.weight', [hidden]);
  add('output.weight', [vocabulary, hidden]);
  return list;
}

/** The numbers of each tensor in the order of the file: experts are collected until a layer has them all. */
function* inOrder(shape, list) {
  const stacks = new Map();
  for (const { name, values } of weightsOf(shape)) {
    const expert = EXPERT.exec(name);
    if (expert === null) {
      const renamed = NAMES.reduce((text, [from, to]) => text.replace(from, to), name);
      yield { name: renamed, type: list.get(renamed).type, parts: [values] };
      continue;
    }
    const [, layer, index, projection] = expert;
    const stacked = `blk.${layer}.ffn_${projection}_exps.weight`;
    stacks.set(stacked, [...(stacks.get(stacked) ?? []), values]);
    if (Number(index) < shape.experts - 1 || projection !== 'down') continue;
    for (const each of ['gate', 'up', 'down'].map((part) => `blk.${layer}.ffn_${part}_exps.weight`)) yield { name: each, type: list.get(each).type, parts: stacks.get(each) };
    stacks.clear();
  }
}

function header(shape, kind, list) {
  const { layers, hidden, heads, experts, topK, inner, vocabulary } = shape;
  const { tokens, merges } = makeVocabulary(vocabulary);
  const olmoe = (key, value, type = U32) => entry(`olmoe.${key}`, type, value);
  const entries = [
    entry('general.architecture', STRING, 'olmoe'), entry('general.name', STRING, 'moe-lens-bench'), entry('general.file_type', U32, TYPES[kind].fileType),
    olmoe('context_length', 8192), olmoe('embedding_length', hidden), olmoe('block_count', layers), olmoe('feed_forward_length', inner), olmoe('attention.head_count', heads), olmoe('attention.head_count_kv', heads),
    olmoe('rope.freq_base', 10_000, F32), olmoe('attention.layer_norm_rms_epsilon', 1e-5, F32), olmoe('expert_count', experts), olmoe('expert_used_count', topK), olmoe('vocab_size', vocabulary),
    entry('tokenizer.ggml.model', STRING, 'gpt2'), entry('tokenizer.ggml.pre', STRING, 'olmo'), listOf('tokenizer.ggml.tokens', STRING, tokens),
    listOf('tokenizer.ggml.token_type', 5, tokens.map((_, id) => (id === vocabulary - 1 ? 3 : 1))), listOf('tokenizer.ggml.merges', STRING, merges),
    entry('tokenizer.ggml.eos_token_id', U32, vocabulary - 1), entry('tokenizer.ggml.bos_token_id', U32, vocabulary - 1), entry('tokenizer.ggml.add_bos_token', BOOL, false),
  ];
  const infos = [...list].map(([name, { type, sizes, offset }]) => Buffer.concat([text(name), u32(sizes.length), ...[...sizes].reverse().map(u64), u32(TYPES[type].id), u64(offset)]));
  const all = Buffer.concat([Buffer.from('GGUF'), u32(3), u64(list.size), u64(entries.length), ...entries, ...infos]);
  return Buffer.concat([all, Buffer.alloc(padding(all.length))]);
}

function u32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function text(value) {
  const bytes = Buffer.from(value);
  return Buffer.concat([u64(bytes.length), bytes]);
}

function scalar(type, value) {
  if (type === STRING) return text(value);
  if (type === BOOL) return Buffer.of(Number(value));
  if (type !== F32) return u32(value);
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

const entry = (key, type, value) => Buffer.concat([text(key), u32(type), scalar(type, value)]);
const listOf = (key, type, values) => Buffer.concat([text(key), u32(ARRAY), u32(type), u64(values.length), ...values.map((value) => scalar(type, value))]);

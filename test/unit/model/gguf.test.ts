import { describe, expect, it } from 'vitest';
import type { Checkpoint, JsonObject } from '../../../src/checkpoint/checkpoint.js';
import type { TensorInfo } from '../../../src/checkpoint/tensorStore.js';
import { viewGguf } from '../../../src/model/gguf.js';

/** A GGUF by its metadata below the architecture's prefix and the shapes of its tensors; a tensor's only number is how long its name is. */
function gguf(arch: string, metadata: JsonObject, shapes: Readonly<Record<string, readonly number[]>> = {}): Checkpoint {
  const tensors = new Map(Object.entries({ 'token_embd.weight': [400, 64], ...shapes }).map(([name, shape]): [string, TensorInfo] => [name, { name, dtype: 'F32', shape, bytes: 4, readable: true }]));
  const config = Object.fromEntries([['general.architecture', arch], ...Object.entries({ block_count: 3, expert_count: 8, ...metadata }).map(([key, value]) => [`${arch}.${key}`, value])]) as JsonObject;
  return { name: 'm', path: 'm.gguf', format: 'gguf', config, weightBytes: 4, store: { tensors, readFloat32: async (name) => Promise.resolve(Float32Array.of(name.length)), blockType: () => undefined, readBlocks: () => Promise.reject(new Error('There is no file.')), close: async () => Promise.resolve() } };
}
const configOf = (...given: Parameters<typeof gguf>): JsonObject => viewGguf(gguf(...given)).config.config;
const namesOf = (arch: string, ...names: string[]): string[] => [...viewGguf(gguf(arch, { 'attention.head_count_kv': [0, 2, 0] }, Object.fromEntries(names.map((name) => [name, [1]])))).store.tensors.keys()].slice(1);

describe('a GGUF in transformers\' words', () => {
  it('has the config keys of its family, sizes that only tensors tell, and whether embedding and output are one', () => {
    const metadata = { embedding_length: 64, 'attention.head_count': 4, 'attention.layer_norm_rms_epsilon': 1e-5, expert_used_count: 2, 'rope.freq_base': 1e6 };
    expect(configOf('llama', metadata)).toMatchObject({ hidden_size: 64, num_attention_heads: 4, rms_norm_eps: 1e-5, num_local_experts: 8, num_experts_per_tok: 2, rope_theta: 1e6, num_hidden_layers: 3, vocab_size: 400, tie_word_embeddings: true, rope_interleave: true });
    expect(configOf('llama', metadata, { 'output.weight': [400, 64] })['tie_word_embeddings']).toBe(false);
  });

  it('leaves out the layers that predict further tokens', () => {
    expect(configOf('glm4moe', { 'rope.dimension_count': 8, 'attention.key_length': 16 }, { 'blk.2.nextn.eh_proj.weight': [1] })).toMatchObject({ num_hidden_layers: 2, partial_rotary_factor: 0.5 });
  });

  it('reads YaRN, with DeepSeek\'s multiplier under both of its names', () => {
    const scaling = { 'rope.scaling.type': 'yarn', 'rope.scaling.factor': 40, 'rope.scaling.original_context_length': 64, 'rope.scaling.yarn_log_multiplier': 0.0707 };
    const deepseek = { 'rope.dimension_count': 16, 'attention.key_length': 48, 'attention.value_length': 32 };
    expect(configOf('deepseek2', { ...deepseek, ...scaling })['rope_scaling']).toMatchObject({ rope_type: 'yarn', factor: 40, mscale: 0.707, mscale_all_dim: 0.707 });
    expect(configOf('gpt-oss', scaling)['rope_scaling']).toMatchObject({ truncate: false });
    expect(configOf('olmoe', { 'rope.scaling.type': 'none' })['rope_scaling']).toBeUndefined();
  });

  it('takes the width of MLA\'s heads from the newer keys where both are there', () => {
    const old = { 'rope.dimension_count': 16, 'attention.key_length': 48, 'attention.value_length': 32 };
    expect(configOf('deepseek2', old)).toMatchObject({ qk_nope_head_dim: 32, v_head_dim: 32, topk_method: 'greedy' });
    expect(configOf('deepseek2', { ...old, 'attention.key_length_mla': 24, 'attention.value_length_mla': 8, expert_group_count: 4, expert_group_used_count: 2 }))
      .toMatchObject({ qk_nope_head_dim: 8, v_head_dim: 8, topk_method: 'group_limited_greedy', n_group: 4, topk_group: 2 });
  });

  it('reads a number for each layer: the same everywhere, or none in layers without attention', () => {
    expect(configOf('lfm2moe', { 'attention.head_count_kv': [0, 2, 0] })).toMatchObject({ num_key_value_heads: 2, layer_types: ['conv', 'full_attention', 'conv'] });
  });

  it('divides one width among the experts of the first qwen2moe files', () => {
    expect(configOf('qwen2moe', { feed_forward_length: 64, expert_used_count: 4 })).toMatchObject({ moe_intermediate_size: 16, shared_expert_intermediate_size: 64 });
  });

  it('reads LongRoPE, whose factors are a tensor here', () => {
    expect(configOf('phimoe', { 'rope.dimension_count': 8, 'rope.scaling.attn_factor': 1.25, 'rope.scaling.original_context_length': 32 }, { 'rope_factors_short.weight': [4] })['rope_scaling'])
      .toMatchObject({ rope_type: 'longrope', short_factor: [1, 1, 1, 1], attention_factor: 1.25, original_max_position_embeddings: 32 });
    expect(namesOf('phimoe', 'rope_factors_short.weight')).toEqual(['rope_freqs.weight']);
  });

  it('has the tensors under the names of its family, experts of one file each among them', () => {
    expect(namesOf('olmoe', 'output_norm.weight', 'blk.1.attn_q_norm.weight', 'blk.12.ffn_gate_inp.weight', 'blk.0.ffn_down_exps.weight')).toEqual(['model.norm.weight', 'model.layers.1.self_attn.q_norm.weight', 'model.layers.12.mlp.gate.weight', 'model.layers.0.mlp.experts.down_proj.weight']);
    expect(namesOf('llama', 'blk.1.ffn_gate.7.weight', 'blk.1.ffn_down.0.weight')).toEqual(['model.layers.1.mlp.experts.7.gate_proj.weight', 'model.layers.1.mlp.experts.0.down_proj.weight']);
    expect(namesOf('gpt-oss', 'blk.0.ffn_gate_inp.bias', 'blk.0.attn_sinks.weight', 'blk.0.ffn_up_exps.bias')).toEqual(['model.layers.0.mlp.router.bias', 'model.layers.0.self_attn.sinks', 'model.layers.0.mlp.experts.up_proj.bias']);
    expect(namesOf('ernie4_5-moe', 'blk.1.exp_probs_b.bias', 'blk.1.ffn_up_shexp.weight')).toEqual(['model.layers.1.mlp.moe_statics.e_score_correction_bias', 'model.layers.1.mlp.shared_experts.up_proj.weight']);
    expect(namesOf('lfm2moe', 'token_embd_norm.weight', 'blk.0.shortconv.in_proj.weight', 'blk.0.ffn_gate.weight', 'something.else')).toEqual(['model.embedding_norm.weight', 'model.layers.0.conv.in_proj.weight', 'model.layers.0.feed_forward.w1.weight', 'something.else']);
  });

  it('reads a tensor under its own name', async () => {
    const { store } = viewGguf(gguf('olmoe', {}, { 'blk.0.attn_q.weight': [1] }));
    expect([...(await store.readFloat32('model.layers.0.self_attn.q_proj.weight', 0, 1))]).toEqual(['blk.0.attn_q.weight'.length]);
  });
});

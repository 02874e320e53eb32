import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigReader } from '../../../src/checkpoint/configReader.js';
import { FAMILIES, familyOf, familyOfGguf } from '../../../src/model/families/registry.js';

const code = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
};
const family = (config: Record<string, unknown>): unknown => code(() => familyOf(new ConfigReader(config, 'config.json')).name);

describe('the registry of families', () => {
  it('has every file beside it, each family under the name of its file', () => {
    const files = readdirSync(join(import.meta.dirname, '../../../src/model/families')).filter((name) => !['family.ts', 'registry.ts'].includes(name));
    expect(FAMILIES.map(({ name }) => `${name}.ts`).sort()).toEqual(files.sort());
  });

  it('knows the paper\'s checkpoints by their keys, though they say "llama"', () => {
    expect(family({ model_type: 'llama', num_experts: 16, top_p_threshold: 0.4, expert_frequency: 1 })).toBe('dynamic');
  });

  it('knows a Mixtral by its keys where its config says "llama"', () => {
    expect(family({ model_type: 'llama', num_local_experts: 8, num_experts_per_tok: 2 })).toBe('mixtral');
    expect(family({ model_type: 'llama', num_local_experts: 8, num_experts_per_tok: 2, top_p_threshold: 0.4 })).toBe('dynamic');
    expect(family({ model_type: 'llama', num_local_experts: 8 })).toBe('E_FAMILY_UNKNOWN');
    expect(family({ model_type: 'llama', num_local_experts: null, num_experts_per_tok: null })).toBe('E_NOT_MOE');
  });

  it('tells a dense model from a family that is not supported', () => {
    expect(family({ model_type: 'llama' })).toBe('E_NOT_MOE');
    expect(family({ model_type: 'minimax', num_local_experts: 32 })).toBe('E_FAMILY_UNKNOWN');
    expect(family({})).toBe('E_NOT_MOE');
    expect(family({ model_type: 'granitemoehybrid', num_local_experts: 0 })).toBe('E_NOT_MOE');
    expect(family({ model_type: 'llama4', text_config: { num_local_experts: 16 } })).toBe('E_FAMILY_UNKNOWN');
  });

  it('tells llama.cpp\'s architectures apart, also two families that share one', () => {
    const gguf = (arch: string, metadata: Record<string, unknown>): unknown => code(() => familyOfGguf(arch, new ConfigReader(metadata, 'a.gguf')).family.name);
    expect(gguf('llama', { expert_count: 8 })).toBe('mixtral');
    expect(gguf('llama', {})).toBe('E_NOT_MOE');
    expect(gguf('llama', { expert_count: 0 })).toBe('E_NOT_MOE');
    expect(gguf('deepseek2', { expert_count: 64 })).toBe('deepseek_v2');
    expect(gguf('deepseek2', { expert_count: 256, expert_gating_func: 2 })).toBe('deepseek_v3');
    expect(gguf('gptoss', { expert_count: 32 })).toBe('gpt_oss'); // Ollama's name for it
    expect(gguf('grok', { expert_count: 8 })).toBe('E_FAMILY_UNKNOWN');
    expect(gguf('llama', { expert_count: -1 })).toBe('E_CONFIG_INVALID');
  });
});

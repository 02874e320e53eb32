import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigReader } from '../../../src/checkpoint/configReader.js';
import { FAMILIES, familyOf } from '../../../src/model/families/registry.js';

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

  it('tells a dense model from a family that is not supported', () => {
    expect(family({ model_type: 'llama' })).toBe('E_NOT_MOE');
    expect(family({ model_type: 'minimax', num_local_experts: 32 })).toBe('E_FAMILY_UNKNOWN');
    expect(family({})).toBe('E_NOT_MOE');
  });
});

import { describe, expect, it } from 'vitest';
import { ConfigReader } from '../../../src/checkpoint/configReader.js';
import { readRope } from '../../../src/model/layers/ropeConfig.js';

const rope = (config: Record<string, unknown>, width = 8, context = 512): ReturnType<typeof readRope> => readRope(new ConfigReader(config, 'config.json'), width, context);

describe('readRope', () => {
  it('reads both spellings of theta', () => {
    const old = rope({ rope_theta: 1e6 });
    expect(rope({ rope_parameters: { rope_type: 'default', rope_theta: 1e6 } })).toEqual(old);
    expect(old.frequencies[1]).toBeCloseTo(1e6 ** -0.25, 8);
  });

  it('divides by the factor under linear scaling, under either name of the kind', () => {
    const plain = rope({});
    for (const key of ['type', 'rope_type']) {
      const scaled = rope({ rope_scaling: { [key]: 'linear', factor: 4 } });
      scaled.frequencies.forEach((frequency, i) => { expect(frequency).toBeCloseTo((plain.frequencies[i]) / 4, 8); });
    }
  });

  it('under llama3 slows long waves and leaves short ones', () => {
    const plain = rope({}, 64);
    const scaled = rope({ rope_scaling: { rope_type: 'llama3', factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 512 } }, 64);
    expect(scaled.frequencies[0]).toBe(plain.frequencies[0]);
    expect(scaled.frequencies[31]).toBeCloseTo((plain.frequencies[31]) / 8, 10);
  });

  it('under longrope divides each frequency by its short factor, and scales cos and sin by short_mscale', () => {
    const plain = rope({});
    const scaling = { type: 'longrope', short_factor: [1, 2, 4, 8], long_factor: [9, 9, 9, 9] };
    const scaled = rope({ original_max_position_embeddings: 64, rope_scaling: { ...scaling, short_mscale: 1.25, long_mscale: 1.5 } });
    scaled.frequencies.forEach((frequency, i) => { expect(frequency).toBeCloseTo(plain.frequencies[i] / 2 ** i, 8); });
    expect(scaled.factor).toBe(1.25);
    expect(rope({ original_max_position_embeddings: 64, rope_scaling: scaling }).factor).toBeCloseTo(Math.sqrt(1 + Math.log(8) / Math.log(64)), 8);
  });

  it('under YaRN divides slow frequencies, leaves fast ones, and rounds the ends of the ramp unless told not to', () => {
    const plain = rope({}, 64);
    const scaling = { type: 'yarn', factor: 4, original_max_position_embeddings: 128 };
    const scaled = rope({ rope_scaling: scaling }, 64);
    expect(scaled.frequencies[0]).toBe(plain.frequencies[0]);
    expect(scaled.frequencies[31]).toBeCloseTo(plain.frequencies[31] / 4, 10);
    expect(scaled.factor).toBeCloseTo(0.1 * Math.log(4) + 1, 8);
    expect(rope({ rope_scaling: { ...scaling, mscale: 0.7, mscale_all_dim: 0.7 } }, 64).factor).toBe(1);
    expect(rope({ rope_scaling: { ...scaling, truncate: false } }, 64).frequencies).not.toEqual(scaled.frequencies);
  });

  it('refuses a kind that it does not know', () => {
    expect(() => rope({ rope_scaling: { type: 'xpos' } })).toThrow(expect.objectContaining({ code: 'E_CONFIG_UNSUPPORTED' }) as Error);
    expect(() => rope({ rope_scaling: { type: 'longrope', short_factor: [1, 2] } })).toThrow(expect.objectContaining({ code: 'E_CONFIG_INVALID' }) as Error);
    expect(() => rope({ rope_scaling: { type: 'linear' } })).toThrow(expect.objectContaining({ code: 'E_CONFIG_INVALID' }) as Error);
  });
});

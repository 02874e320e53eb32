import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../../src/checkpoint/checkpoint.js';
import { checkQuantisation, fp8Blocks } from '../../../../src/checkpoint/safetensors/quantisation.js';
import { expectCode } from '../helpers.js';

/** As released configs have them. */
const fp8Group = (block?: unknown): object => ({ group_0: { weights: { type: 'float', num_bits: 8, strategy: 'channel', block_structure: block ?? null }, targets: ['Linear'] } });

describe('checkQuantisation', () => {
  it.each([
    ['nothing', {}], ['null', { quantization_config: null }], ['an empty object', { quantization_config: {} }],
    ['DeepSeek-V3', { quantization_config: { activation_scheme: 'dynamic', fmt: 'e4m3', quant_method: 'fp8', weight_block_size: [128, 128] } }],
    ['gpt-oss', { quantization_config: { modules_to_not_convert: ['lm_head'], quant_method: 'mxfp4' } }],
    ['fbgemm', { quantization_config: { quant_method: 'fbgemm_fp8', activation_scale_ub: 1200 } }],
    ['compressed-tensors in fp8', { quantization_config: { quant_method: 'compressed-tensors', format: 'float-quantized', config_groups: fp8Group() } }],
    ['compressed-tensors, as it first was', { compression_config: { quant_method: 'compressed-tensors', format: 'naive-quantized', config_groups: fp8Group() } }],
    ['modelopt in fp8', { quantization_config: { quant_method: 'modelopt', quant_algo: 'FP8' } }],
  ])('reads %s', (_, config) => {
    expect(() => checkQuantisation(config)).not.toThrow();
  });

  it.each([
    ['gptq', { quant_method: 'gptq', bits: 4 }], ['awq', { quant_method: 'awq', bits: 4 }], ['bitsandbytes', { quant_method: 'bitsandbytes', load_in_4bit: true }], ['bitsandbytes', { load_in_8bit: true }],
    ['hqq', { quant_method: 'hqq' }], ['aqlm', { quant_method: 'aqlm' }], ['quanto', { quant_method: 'quanto' }], ['torchao', { quant_method: 'torchao' }], ['eetq', { quant_method: 'eetq' }], ['auto-round', { quant_method: 'auto-round' }],
    ['exl2', { quant_method: 'exl2' }], ['bitnet', { quant_method: 'bitnet' }], ['NVFP4', { quant_method: 'modelopt', quant_algo: 'NVFP4' }], ['MLX', { group_size: 64, bits: 4 }],
    ['pack-quantized', { quant_method: 'compressed-tensors', format: 'pack-quantized', config_groups: {} }],
    ['nvfp4-pack-quantized', { quant_method: 'compressed-tensors', format: 'mixed-precision', config_groups: { g: { format: 'nvfp4-pack-quantized' } } }],
    ['other weights than fp8', { quant_method: 'compressed-tensors', format: 'naive-quantized', config_groups: { g: { weights: { type: 'int', num_bits: 8 } } } }],
    ['sparse', { quant_method: 'compressed-tensors', format: 'float-quantized', config_groups: fp8Group(), sparsity_config: { format: 'sparse-24-bitmask' } }],
    ['a method', { anything: 1 }], ['a method', { quant_method: 7 }],
  ])('refuses %s by its name', async (name, quantization_config) => {
    const error = await expectCode('E_CONFIG_UNSUPPORTED', () => checkQuantisation({ quantization_config }));
    expect(error.message).toContain(name);
    expect(error.hint).toContain('GGUF');
  });

  it('refuses what MLX writes, which has a key of its own', async () => {
    expect((await expectCode('E_CONFIG_UNSUPPORTED', () => checkQuantisation({ quantization: { group_size: 64, bits: 4 } }))).message).toContain('MLX');
  });

  it('a name of any length makes a short message', async () => {
    expect((await expectCode('E_CONFIG_UNSUPPORTED', () => checkQuantisation({ quantization_config: { quant_method: 'x'.repeat(1e6) } }))).message.length).toBeLessThan(300);
  });
});

const SIZES: readonly (readonly [JsonObject, unknown])[] = [
  [{}, []], [{ quantization_config: { quant_method: 'fp8' } }, [[128, 128]]], [{ quantization_config: { quant_method: 'fp8', weight_block_size: [64, 32] } }, [[64, 32]]],
  [{ quantization_config: { quant_method: 'fp8', weight_block_size: null } }, []], [{ quantization_config: { quant_method: 'compressed-tensors', config_groups: fp8Group([128, 128]) } }, [[128, 128]]],
  [{ quantization_config: { quant_method: 'compressed-tensors', config_groups: fp8Group('16x8') } }, [[16, 8]]], [{ quantization_config: { quant_method: 'compressed-tensors', config_groups: fp8Group() } }, []],
  ...[[0, 1], [1], [-1, 2], [0.5, 2], ['1', '2'], 'axb', 3, {}, [1, 2, 3]].map((weight_block_size): readonly [JsonObject, unknown] => [{ quantization_config: { quant_method: 'fp8', weight_block_size } }, []]),
];

describe('fp8Blocks', () => {
  it('are for all weights where weight_block_size names them, not where they are the usual ones or those of a group', () => {
    const forAll = (quantisation: object): boolean => fp8Blocks({ quantization_config: quantisation }).forAll;
    expect(forAll({ quant_method: 'fp8', weight_block_size: [16, 16] })).toBe(true);
    expect(forAll({ quant_method: 'fp8' })).toBe(false);
    expect(forAll({ quant_method: 'compressed-tensors', config_groups: fp8Group([128, 128]) })).toBe(false);
  });

  it.each(SIZES)('%j: %j', (config, sizes) => {
    expect(fp8Blocks(config).sizes).toEqual(sizes);
  });
});

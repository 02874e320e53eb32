import { MAX_HEAD_DIM, MAX_HIDDEN } from '../../checkpoint/configLimits.js';
import type { ConfigReader } from '../../checkpoint/configReader.js';
import type { Tensors } from '../decoder.js';
import { matrixWeight, type MatrixWeight } from '../weight.js';
import { numbered } from './expertLayout.js';
import type { Layer } from './layer.js';
import { projection } from './linear.js';
import { latentAttention } from './mla.js';
import { rowNorm } from './norm.js';
import { yarnAttentionScale } from './ropeConfig.js';
import { rotateHalves, rotatePairs } from './rope.js';

/** The widths of DeepSeek's latent attention, as its configs name them. */
export interface MlaSizes {
  readonly heads: number;
  readonly plainWidth: number;
  readonly rotatedWidth: number;
  readonly valueWidth: number;
  readonly latentWidth: number;
}

/** The two inner norms do not follow `rms_norm_eps` (transformers `modeling_deepseek_v3.py`). */
const INNER_EPS = 1e-6;

export function readMlaSizes(config: ConfigReader, heads: number): MlaSizes {
  const width = (key: string, even: boolean): number => {
    const value = config.int(key, { min: 1, max: MAX_HEAD_DIM });
    if (even && value % 2 !== 0) throw config.invalid(key, 'an even width');
    return value;
  };
  return { heads, plainWidth: width('qk_nope_head_dim', false), rotatedWidth: width('qk_rope_head_dim', true), valueWidth: width('v_head_dim', false),
    latentWidth: config.int('kv_lora_rank', { min: 1, max: MAX_HIDDEN }) };
}

/** DeepSeek's latent attention below `prefix`. */
export function mla(config: ConfigReader, tensors: Tensors, prefix: string, hidden: number, sizes: MlaSizes): Layer {
  const { heads, plainWidth, rotatedWidth, valueWidth, latentWidth } = sizes;
  const bias = config.bool('attention_bias', false);
  const queryWidth = heads * (plainWidth + rotatedWidth);
  const narrow = config.optionalInt('q_lora_rank', { min: 1, max: MAX_HIDDEN });
  return latentAttention({
    ...sizes,
    query: narrow === undefined
      ? projection(`${prefix}.q_proj`, queryWidth, hidden)
      : { down: projection(`${prefix}.q_a_proj`, narrow, hidden, bias), norm: rowNorm(`${prefix}.q_a_layernorm.weight`, narrow, INNER_EPS), up: projection(`${prefix}.q_b_proj`, queryWidth, narrow) },
    latent: projection(`${prefix}.kv_a_proj_with_mqa`, latentWidth + rotatedWidth, hidden, bias),
    latentNorm: rowNorm(`${prefix}.kv_a_layernorm.weight`, latentWidth, INNER_EPS),
    ...expansions(tensors, prefix, sizes),
    output: projection(`${prefix}.o_proj`, hidden, heads * valueWidth, bias),
    scale: yarnAttentionScale(config) / Math.sqrt(plainWidth + rotatedWidth),
    rotate: config.bool('rope_interleave', true) ? rotatePairs : rotateHalves,
  });
}

/**
 * From the latent vector to each head's keys and values. Released files have one `kv_b_proj` with each head's keys and then
 * its values; llama.cpp keeps them apart, the keys turned round: `k_b_proj` [heads, latent, plain], `v_b_proj` [heads, value, latent]. Files of
 * ik_llama.cpp have both.
 */
function expansions(tensors: Tensors, prefix: string, { heads, plainWidth, valueWidth, latentWidth }: MlaSizes): { keys: MatrixWeight[]; values: MatrixWeight[] } {
  const name = `${prefix}.kv_b_proj.weight`;
  const keyName = `${prefix}.k_b_proj.weight`;
  if (!tensors.has(name) && tensors.has(keyName)) {
    return {
      keys: numbered(heads, (h) => matrixWeight(keyName, plainWidth, latentWidth, { of: [heads, latentWidth, plainWidth], offset: h * latentWidth * plainWidth, steps: [1, plainWidth] })),
      values: numbered(heads, (h) => matrixWeight(`${prefix}.v_b_proj.weight`, valueWidth, latentWidth, { of: [heads, valueWidth, latentWidth], offset: h * valueWidth * latentWidth, steps: [latentWidth, 1] })),
    };
  }
  const of = [heads * (plainWidth + valueWidth), latentWidth];
  const part = (row: number, rows: number): MatrixWeight => matrixWeight(name, rows, latentWidth, { of, offset: row * latentWidth, steps: [latentWidth, 1] });
  return {
    keys: numbered(heads, (h) => part(h * (plainWidth + valueWidth), plainWidth)),
    values: numbered(heads, (h) => part(h * (plainWidth + valueWidth) + plainWidth, valueWidth)),
  };
}

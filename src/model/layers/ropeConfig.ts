import { LensError } from '../../base/errors.js';
import { MAX_POSITIONS } from '../../checkpoint/configLimits.js';
import type { ConfigReader } from '../../checkpoint/configReader.js';
import type { Rope } from './rope.js';

/**
 * The rotary embedding that a config asks for. Both spellings are read: `rope_theta` + `rope_scaling` (its kind under
 * `type` or `rope_type`), and `rope_parameters`, as transformers 5 writes it. Formulas: transformers 5,
 * `modeling_rope_utils.py`.
 * @param width elements of a head that are rotated
 * @throws E_CONFIG_INVALID, and E_CONFIG_UNSUPPORTED for a kind that is not known here
 */
export function readRope(config: ConfigReader, width: number, contextLength: number): Rope {
  const scaling = ropeScaling(config);
  const theta = config.object('rope_parameters')?.optionalNumber('rope_theta', { min: 1 }) ?? config.number('rope_theta', { min: 1, default: 10_000 });
  const frequenciesOf = (base: number): Float32Array => Float32Array.from({ length: width / 2 }, (_, i) => 1 / Math.fround(base ** Math.fround((2 * i) / width)));
  const plain = frequenciesOf(theta);
  const kind = scaling?.optionalString(['rope_type', 'type']) ?? 'default';
  if (scaling === undefined || kind === 'default') return { frequencies: plain, factor: 1 };
  const factor = (): number => scaling.number('factor', { min: 1e-3, max: 1e6 });
  if (kind === 'dynamic') return { frequencies: plain, factor: 1, forLength: dynamic({ theta, width, factor: factor(), contextLength }, frequenciesOf) };
  if (kind === 'linear') return { frequencies: plain.map((frequency) => frequency / factor()), factor: 1 };
  if (kind === 'llama3') return { frequencies: llama3(plain, scaling, factor()), factor: 1 };
  if (kind === 'yarn') return yarn(plain, scaling, { theta, width, contextLength });
  if (kind === 'longrope' || kind === 'su') return longRope(plain, scaling, { original: originalContext(config), contextLength });
  throw new LensError('E_CONFIG_UNSUPPORTED', `The checkpoint scales its rotary embedding by "${kind}", which is not supported.`, 'Supported: default, linear, dynamic, llama3, yarn, longrope.');
}

/**
 * The longest text that a rotary embedding is right for, in tokens: a dynamic one stretches it.
 * @param contextLength what the config says (`max_position_embeddings`)
 */
export function usableContext(config: ConfigReader, contextLength: number): number {
  const scaling = ropeScaling(config);
  const kind = scaling?.optionalString(['rope_type', 'type']);
  if (scaling === undefined || kind !== 'dynamic') return contextLength;
  return Math.min(MAX_POSITIONS, Math.max(contextLength, Math.floor(contextLength * scaling.number('factor', { min: 1e-3, max: 1e6 }))));
}

/** Dynamic NTK (emozilla 2023): up to the context nothing changes; a longer text has a larger base, the longer the larger. */
function dynamic(of: { theta: number; width: number; factor: number; contextLength: number }, frequenciesOf: (base: number) => Float32Array): (tokens: number) => Float32Array {
  const { theta, width, factor, contextLength } = of;
  return (tokens) => frequenciesOf(theta * ((factor * Math.max(tokens, contextLength)) / contextLength - (factor - 1)) ** (width / (width - 2)));
}

const ropeScaling = (config: ConfigReader): ConfigReader | undefined => config.object('rope_parameters') ?? config.object('rope_scaling');

/** How many elements of a head are rotated (`partial_rotary_factor`); `usual` where the config says nothing. */
export function readRotatedWidth(config: ConfigReader, headWidth: number, usual: number): number {
  const rule = { min: 0.01, max: 1 };
  const factor = config.object('rope_parameters')?.optionalNumber('partial_rotary_factor', rule) ?? config.number('partial_rotary_factor', { ...rule, default: usual });
  const width = Math.floor(headWidth * factor);
  if (width < 2 || width % 2 !== 0) throw config.invalid('partial_rotary_factor', `an even part of a head width of ${headWidth}`);
  return width;
}

/** The context before it was stretched, in tokens, where a config tells it. */
export function originalContext(config: ConfigReader): number | undefined {
  const rule = { min: 1, max: MAX_POSITIONS };
  return ropeScaling(config)?.optionalInt('original_max_position_embeddings', rule) ?? config.optionalInt('original_max_position_embeddings', rule);
}

/** YaRN's square of m(mscale_all_dim), which DeepSeek's attention multiplies its scale with; 1 for other kinds. */
export function yarnAttentionScale(config: ConfigReader): number {
  const scaling = ropeScaling(config);
  const kind = scaling?.optionalString(['rope_type', 'type']) ?? 'default';
  const mscale = scaling?.optionalNumber('mscale_all_dim') ?? 0;
  if (scaling === undefined || kind === 'default' || mscale === 0) return 1;
  return yarnMagnitude(scaling.number('factor', { min: 1e-3, max: 1e6 }), mscale) ** 2;
}

const yarnMagnitude = (factor: number, mscale: number): number => (factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1);

/**
 * LongRoPE (Ding et al. 2024): a factor on each frequency, others for texts longer than the original context. Phi-MoE never has such texts
 * (see families/phimoe.ts).
 */
function longRope(plain: Float32Array, scaling: ConfigReader, of: { original: number | undefined; contextLength: number }): Rope {
  const divided = (key: string): Float32Array => {
    const factors = scaling.numberArray(key, { length: plain.length });
    return plain.map((frequency, i) => frequency / factors[i]);
  };
  const short = divided('short_factor');
  const long = scaling.has('long_factor') ? divided('long_factor') : short;
  const original = of.original ?? of.contextLength;
  const stretch = scaling.optionalNumber('factor', { min: 1e-3, max: 1e6 }) ?? of.contextLength / original;
  const usual = stretch <= 1 || of.original === undefined ? 1 : Math.sqrt(1 + Math.log(stretch) / Math.log(of.original));
  const factor = scaling.optionalNumber('short_mscale') ?? scaling.optionalNumber('attention_factor') ?? usual;
  return { frequencies: short, factor, forLength: (tokens) => (tokens > original ? long : short) };
}

/** Long waves are slowed by the factor, short ones left alone, those between blended. */
function llama3(plain: Float32Array, scaling: ConfigReader, factor: number): Float32Array {
  const low = scaling.number('low_freq_factor', { min: 1e-6 });
  const high = scaling.number('high_freq_factor', { min: 1e-6 });
  const original = scaling.int('original_max_position_embeddings', { min: 1 });
  return plain.map((frequency) => {
    const wavelength = (2 * Math.PI) / frequency;
    if (wavelength > original / low) return frequency / factor;
    if (wavelength < original / high) return frequency;
    const smooth = (original / wavelength - low) / (high - low);
    return ((1 - smooth) * frequency) / factor + smooth * frequency;
  });
}

/** YaRN (Peng et al. 2023): by parts between interpolation and none, with a factor on cos and sin. */
function yarn(plain: Float32Array, scaling: ConfigReader, of: { theta: number; width: number; contextLength: number }): Rope {
  const { theta, width } = of;
  const original = scaling.int('original_max_position_embeddings', { min: 1, default: of.contextLength });
  const factor = scaling.number('factor', { min: 1e-3, max: 1e6, default: of.contextLength / original });
  const truncate = scaling.bool('truncate', true);
  /** The pair that turns `rotations` times over the original context. */
  const pairOf = (rotations: number): number => (width * Math.log(original / (rotations * 2 * Math.PI))) / (2 * Math.log(theta));
  const round = (value: number, how: (value: number) => number): number => (truncate ? how(value) : value);
  const first = Math.max(round(pairOf(scaling.number('beta_fast', { default: 32 })), Math.floor), 0);
  const last = Math.min(round(pairOf(scaling.number('beta_slow', { default: 1 })), Math.ceil), width - 1);
  const span = last === first ? 0.001 : last - first;
  const frequencies = plain.map((frequency, i) => {
    const ramp = Math.min(Math.max((i - first) / span, 0), 1);
    return (frequency / factor) * ramp + frequency * (1 - ramp);
  });
  const magnitude = (m: number): number => yarnMagnitude(factor, m);
  const mscale = scaling.optionalNumber('mscale') ?? 0;
  const mscaleAll = scaling.optionalNumber('mscale_all_dim') ?? 0;
  const fallback = mscale !== 0 && mscaleAll !== 0 ? magnitude(mscale) / magnitude(mscaleAll) : magnitude(1);
  return { frequencies, factor: scaling.optionalNumber('attention_factor') ?? fallback };
}

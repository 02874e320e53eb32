import type { Dequantize } from './dequantize.js';
import { iq4_nl, iq4_xs } from './iq4.js';
import { q4_0, q4_1, q5_0, q5_1, q8_0 } from './legacy.js';
import { mxfp4 } from './mxfp4.js';
import { bf16, f16, f32, f64 } from './plain.js';
import { q2_k } from './q2k.js';
import { q3_k } from './q3k.js';
import { q4_k, q5_k } from './q4k.js';
import { q6_k } from './q6k.js';
import { SCALED_FLOAT8 } from './scaledFloat8.js';

/** The types of ggml that can be read as numbers, by its names. */
const GGML: readonly (readonly [string, Dequantize])[] = [
  ['F32', f32], ['F16', f16], ['BF16', bf16], ['F64', f64],
  ['Q8_0', q8_0], ['Q4_0', q4_0], ['Q4_1', q4_1], ['Q5_0', q5_0], ['Q5_1', q5_1],
  ['Q2_K', q2_k], ['Q3_K', q3_k], ['Q4_K', q4_k], ['Q5_K', q5_k], ['Q6_K', q6_k],
  ['IQ4_NL', iq4_nl], ['IQ4_XS', iq4_xs], ['MXFP4', mxfp4],
];
const DEQUANTIZERS: ReadonlyMap<string, Dequantize> = new Map([...GGML, ...SCALED_FLOAT8]);

export const READABLE_TYPES: readonly string[] = GGML.map(([name]) => name);

/** undefined for a type that can't be read. */
export function dequantizer(type: string): Dequantize | undefined {
  return DEQUANTIZERS.get(type);
}

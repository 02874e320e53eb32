/**
 * The 8-bit floats of safetensors, as tables of all 256 values.
 * E4M3: 1 sign, 4 exponent (bias 7) and 3 fraction bits; no infinity, only all ones is NaN (torch.float8_e4m3fn).
 * E5M2: 1 sign, 5 exponent (bias 15) and 2 fraction bits; infinity and NaN as in IEEE 754 (torch.float8_e5m2).
 * E8M0: a power of two, 2^(byte - 127), and NaN for 255 (torch.float8_e8m0fnu; OCP microscaling formats 1.0, section 5.4.1).
 */
export type Float8 = 'F8_E4M3' | 'F8_E5M2';

export function isFloat8(dtype: string): dtype is Float8 {
  return dtype === 'F8_E4M3' || dtype === 'F8_E5M2';
}

const tables = new Map<string, Float32Array>();

export function float8Table(dtype: Float8): Float32Array {
  return tableOf(dtype, dtype === 'F8_E4M3' ? e4m3 : e5m2);
}

export function e8m0Table(): Float32Array {
  return tableOf('E8M0', (byte) => (byte === 255 ? NaN : 2 ** (byte - 127)));
}

/** Made when first needed. */
function tableOf(name: string, valueOf: (byte: number) => number): Float32Array {
  const known = tables.get(name);
  if (known !== undefined) return known;
  const table = Float32Array.from({ length: 256 }, (_, byte) => valueOf(byte));
  tables.set(name, table);
  return table;
}

function e4m3(byte: number): number {
  return (byte & 0x7f) === 0x7f ? NaN : minifloat(byte, 4, 3);
}

function e5m2(byte: number): number {
  if ((byte & 0x7c) !== 0x7c) return minifloat(byte, 5, 2);
  if ((byte & 3) !== 0) return NaN;
  return byte < 0x80 ? Infinity : -Infinity;
}

/** sign x 2^(e - bias) x (1 + f / 2^fractionBits); subnormal for e = 0. */
function minifloat(byte: number, exponentBits: number, fractionBits: number): number {
  const sign = byte < 0x80 ? 1 : -1;
  const e = (byte & 0x7f) >> fractionBits;
  const f = (byte & ((1 << fractionBits) - 1)) / (1 << fractionBits);
  const bias = 2 ** (exponentBits - 1) - 1;
  return sign * (e === 0 ? 2 ** (1 - bias) * f : 2 ** (e - bias) * (1 + f));
}

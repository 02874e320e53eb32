import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dequantizer, READABLE_TYPES } from '../../../../src/checkpoint/blocks/registry.js';
import { golden, QUANTS, typeNamed } from './golden.js';

function dequantized(type: string, blocks: Uint8Array): { readonly values: Float32Array; readonly finite: boolean } {
  const { elements, bytes } = typeNamed(type);
  const count = blocks.length / bytes;
  const values = new Float32Array(count * elements);
  const finite = dequantizer(type)?.(blocks, count, values, 0) ?? false;
  return { values, finite };
}

/** Bytes at which a block has its f16 scales and minima. */
const HALVES: Readonly<Record<string, readonly number[]>> = {
  Q8_0: [0], Q4_0: [0], Q4_1: [0, 2], Q5_0: [0], Q5_1: [0, 2], IQ4_NL: [0], IQ4_XS: [0],
  Q2_K: [80, 82], Q3_K: [108], Q4_K: [0, 2], Q5_K: [0, 2], Q6_K: [208],
};
/** f16: NaN, infinity, the same negative. */
const NOT_FINITE_HALVES = [0x7e00, 0x7c00, 0xfe00, 0xfc00];

describe('quantised types', () => {
  it('every type that can be read has golden values, and nothing else has', () => {
    const files = READABLE_TYPES.filter((type) => type !== 'F32').flatMap((type) => [`${type}.blocks`, `${type}.f32`]);
    expect(readdirSync(QUANTS).sort()).toEqual(files.sort());
    for (const type of READABLE_TYPES) expect(golden(type).values.length).toBe(1536);
  });

  it.each(READABLE_TYPES)('%s gives gguf-py\'s values, bit for bit', (type) => {
    const { blocks, values } = golden(type);
    const ours = dequantized(type, blocks);
    expect(ours.finite).toBe(true);
    expect(Buffer.from(ours.values.buffer).equals(Buffer.from(values.buffer))).toBe(true);
  });

  it.each(READABLE_TYPES)('%s turns as many blocks as it is told, at the place it is told, from bytes at any alignment', (type) => {
    const { blocks, values } = golden(type);
    const { elements, bytes } = typeNamed(type);
    const count = Math.min(3, values.length / elements - 1);
    const shifted = new Uint8Array(blocks.length + 1).subarray(1);
    shifted.set(blocks);
    const out = new Float32Array((count + 2) * elements).fill(7);
    dequantizer(type)?.(shifted.subarray(bytes), count, out, elements);
    expect(out.subarray(0, elements).every((x) => x === 7)).toBe(true);
    expect(Buffer.from(out.slice(elements, (count + 1) * elements).buffer).equals(Buffer.from(values.slice(elements, (count + 1) * elements).buffer))).toBe(true);
    expect(out.subarray((count + 1) * elements).every((x) => x === 7)).toBe(true);
  });

  it.each(Object.entries(HALVES).flatMap(([type, halves]) => halves.map((at) => ({ type, at }))))('$type says so when the f16 at byte $at of a block is not finite', ({ type, at }) => {
    const { bytes } = typeNamed(type);
    for (const pattern of NOT_FINITE_HALVES) {
      const blocks = Buffer.from(golden(type).blocks);
      blocks.fill(0, bytes, 2 * bytes); // all codes are zero: no product is needed to overflow
      blocks.writeUInt16LE(pattern, bytes + at);
      const { values, finite } = dequantized(type, blocks);
      expect(finite).toBe(false);
      expect(values.every(Number.isFinite)).toBe(false);
    }
  });

  it.each([
    ['F32', [0, 0, 0xc0, 0x7f]], ['F32', [0, 0, 0x80, 0xff]], ['F16', [0, 0x7e]], ['F16', [0, 0xfc]], ['BF16', [0xc0, 0x7f]], ['BF16', [0x80, 0xff]],
    ['F64', [0, 0, 0, 0, 0, 0, 0xf8, 0x7f]], ['F64', [0, 0, 0, 0, 0, 0, 0xf0, 0xff]], ['F64', [0, 0, 0, 0, 0, 0, 0xe0, 0x7f]],
  ] as const)('%s %j is not finite', (type, pattern) => {
    const { blocks } = golden(type);
    const bytes = Buffer.from(blocks);
    bytes.set(pattern, 5 * pattern.length);
    const { values, finite } = dequantized(type, bytes);
    expect(finite).toBe(false);
    expect([...values.keys()].filter((i) => !Number.isFinite(values[i]))).toEqual([5]);
  });

  it.each([['F32', [0xff, 0xff, 0x7f, 0x7f]], ['F16', [0xff, 0xfb]], ['BF16', [0x7f, 0xff]]] as const)('%s\'s largest number is finite', (type, pattern) => {
    expect(dequantized(type, Uint8Array.from(pattern)).finite).toBe(true);
  });

  it('MXFP4: scale 255 is NaN, whatever the codes; a scale beside it that overflows f32 says so only if a number does', () => {
    const block = (scale: number, codes: number): Uint8Array => new Uint8Array(17).fill(codes, 1).fill(scale, 0, 1);
    expect(dequantized('MXFP4', block(255, 0)).finite).toBe(false);
    expect(dequantized('MXFP4', block(255, 0)).values).toEqual(new Float32Array(32).fill(NaN));
    expect(dequantized('MXFP4', block(254, 0x11))).toEqual({ finite: true, values: new Float32Array(32).fill(2 ** 126) });
    expect(dequantized('MXFP4', block(254, 0x17)).finite).toBe(false); // 6 x 2^127
    expect(dequantized('MXFP4', block(0, 0x91))).toEqual({ finite: true, values: new Float32Array(32).fill(2 ** -128, 0, 16).fill(-(2 ** -128), 16) }); // subnormal
  });
});

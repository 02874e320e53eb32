import type * as Os from 'node:os';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { narrow, notFinite, sourceBytes, widen, widenInPlace, type Narrow } from '../../../src/checkpoint/widen.js';

const machine = vi.hoisted(() => ({ order: undefined as 'BE' | 'LE' | undefined }));
vi.mock('node:os', async (original) => {
  const os = await original<typeof Os>();
  return { ...os, endianness: () => machine.order ?? os.endianness() };
});
afterEach(() => {
  machine.order = undefined;
});

/** IEEE 754 by its definition, in numbers rather than bits: sign x 2^(e - bias) x (1 + f / 2^fractionBits). */
function valueOf(pattern: number, exponentBits: number, fractionBits: number): number {
  const sign = pattern >> (exponentBits + fractionBits) === 1 ? -1 : 1;
  const e = Math.floor(pattern / 2 ** fractionBits) % 2 ** exponentBits;
  const f = pattern % 2 ** fractionBits;
  const bias = 2 ** (exponentBits - 1) - 1;
  if (e === 2 ** exponentBits - 1) return f === 0 ? sign * Infinity : NaN;
  return e === 0 ? sign * 2 ** (1 - bias) * (f / 2 ** fractionBits) : sign * 2 ** (e - bias) * (1 + f / 2 ** fractionBits);
}

function all16(): Uint8Array {
  const bytes = new Uint8Array(2 * 65536);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < 65536; i++) view.setUint16(2 * i, i, true);
  return bytes;
}

describe('widen', () => {
  it.each([['F16', 5, 10], ['BF16', 8, 7]] as const)('gives the exact value of all 65,536 patterns of %s', (dtype, exponentBits, fractionBits) => {
    const values = widen(dtype, all16());
    for (let i = 0; i < 65536; i++) {
      if (!Object.is(values[i], valueOf(i, exponentBits, fractionBits))) expect.fail(`${dtype} ${i.toString(16)}: ${values[i]}`);
    }
  });

  it('leaves f32 bits as they are: NaN payloads, subnormals, negative zero', () => {
    const patterns = Uint32Array.of(0x7fc12345, 0xff800000, 0x00000001, 0x80000000, 0x3f800000);
    const values = widen('F32', new Uint8Array(patterns.buffer));
    expect([...new Uint32Array(values.buffer)]).toEqual([...patterns]);
  });

  it('takes bytes at any alignment', () => {
    const odd = Uint8Array.of(99, 0x80, 0x3f, 0x00, 0xc0).subarray(1);
    expect([...widen('BF16', odd)]).toEqual([1, -2]);
  });

  it('gives nothing for nothing', () => {
    expect(widen('F16', new Uint8Array(0))).toHaveLength(0);
  });

  it('swaps bytes on a big-endian machine', () => {
    machine.order = 'BE'; // this machine then sees swapped bytes as its own order: what a big-endian one sees in a file
    expect([...widen('BF16', Uint8Array.of(0x3f, 0x80, 0xc0, 0x00))]).toEqual([1, -2]);
    expect([...widen('F16', Uint8Array.of(0x3c, 0x00))]).toEqual([1]);
    expect([...widen('F32', Uint8Array.of(0x3f, 0x80, 0, 0))]).toEqual([1]);
  });
});

describe('widenInPlace', () => {
  const finite = (dtype: Narrow, bytes: Uint8Array): boolean => {
    const values = new Float32Array(bytes.length / (dtype === 'F32' ? 4 : 2));
    sourceBytes(dtype, values).set(bytes);
    return widenInPlace(dtype, values);
  };

  it.each([['F16', 5, 10], ['BF16', 8, 7]] as const)('says of every pattern of %s whether it is finite', (dtype, exponentBits, fractionBits) => {
    for (let i = 0; i < 65536; i++) {
      const expected = Number.isFinite(valueOf(i, exponentBits, fractionBits));
      if (finite(dtype, Uint8Array.of(0, 0, i & 255, i >> 8, 0, 0)) !== expected) expect.fail(`${dtype} ${i.toString(16)}`);
    }
  });

  it('says whether f32 are finite', () => {
    const of = (...values: readonly number[]): boolean => finite('F32', new Uint8Array(Float32Array.from(values).buffer));
    expect(of(0, -0, 3.4e38, -3.4e38, 1e-45)).toBe(true);
    expect(of(1, NaN, 1)).toBe(false);
    expect(of(1, 1, Infinity)).toBe(false);
    expect(of(-Infinity, 1)).toBe(false);
  });
});

describe('narrow', () => {
  it('rounds f64 to the nearest f32, and what is too large for one to an infinity', () => {
    const numbers = [0, -0, 0.1, -1 / 3, 3.4e38, 3.5e38, -1e300, 1e-45, 1e-300, NaN, Infinity];
    const target = new Float32Array(numbers.length);
    narrow(new Uint8Array(Float64Array.from(numbers).buffer), target);
    expect([...target]).toEqual(numbers.map(Math.fround));
  });

  it('swaps bytes on a big-endian machine', () => {
    machine.order = 'BE';
    const target = new Float32Array(1);
    narrow(Uint8Array.of(0x3f, 0xf0, 0, 0, 0, 0, 0, 0), target);
    expect(target[0]).toBe(1);
  });
});

describe('notFinite', () => {
  it('names the tensor and the element in it', () => {
    expect(notFinite('gate', Float32Array.of(0, 0, NaN), 100)).toMatchObject({ code: 'E_WEIGHTS_NOT_FINITE', message: 'Tensor "gate" has NaN at element 102.' });
    expect(notFinite('gate', Float32Array.of(-Infinity), 0).message).toContain('an infinity at element 0');
  });
});

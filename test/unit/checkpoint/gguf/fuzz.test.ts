import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LensError } from '../../../../src/base/errors.js';
import { readHeader, type GgufHeader } from '../../../../src/checkpoint/gguf/header.js';
import { KEEP_ALL, KEEP_SHORT } from '../../../../src/checkpoint/gguf/metadata.js';
import { openGguf } from '../../../../src/checkpoint/gguf/openGguf.js';
import { BROKEN, MemoryFile, temporaryFolder } from '../helpers.js';
import { golden, typeNamed } from './golden.js';
import { arrayEntry, entry, gguf, number, TENSOR, text, VALUE } from './writeGguf.js';

const ok = readFileSync(join(BROKEN, 'ok.gguf'));

/** A file with a tensor of every type and a value of most, so that a change hits whatever there is. */
const varied = gguf({
  entries: [
    entry('general.architecture', 'string', 'olmoe'), entry('general.alignment', 'u32', 32), entry('a.f32', 'f32', 1e-5), entry('a.bool', 'bool', true), entry('a.u64', 'u64', 12), entry('a.i8', 'i8', -1),
    arrayEntry('tokens', 'string', Array.from({ length: 40 }, (_, i) => `t${i}`)), arrayEntry('types', 'i32', new Array<number>(40).fill(1)), arrayEntry('scores', 'f64', [1, 2, 3]), arrayEntry('flags', 'bool', [true, false]),
    entry('split.no', 'u16', 0), entry('split.count', 'u16', 1),
  ],
  tensors: Object.keys(TENSOR).filter((type) => type !== 'I32' && type !== 'IQ2_XXS').map((type) => ({ name: `blk.0.${type}`, shape: [6, 256], type: typeNamed(type).id, data: golden(type).blocks })),
});
const headerEnd = (bytes: Buffer, lastName: string): number => bytes.lastIndexOf(lastName) + lastName.length + 4 + 16 + 12;
const files = { ok: { bytes: ok, header: headerEnd(ok, 'output.weight') }, varied: { bytes: varied, header: headerEnd(varied, 'blk.0.MXFP4') } };
const anyFile = fc.constantFrom(files.ok, files.varied);

const CODES = /^E_(EMPTY|DUPLICATE_KEY|DTYPE|SHAPE|OFFSETS|HEADER_INVALID|GGUF_(MAGIC|VERSION|LIMIT|TRUNCATED|ALIGNMENT))$/;

/**
 * What has to hold for any bytes at all: a LensError about the file, or tensors that lie in the file behind the header, do
 * not overlap, are aligned and have the size of their shape; no byte is asked for twice, and none that is not there.
 */
async function checkAny(bytes: Uint8Array): Promise<'read' | LensError['code']> {
  const [all, short] = [await outcome(bytes, KEEP_ALL), await outcome(bytes, KEEP_SHORT)];
  if (all instanceof LensError) {
    // what is not built is not looked at: only a token that is too long, or the alignment as a long text, may go by unseen
    expect(short instanceof LensError ? short.code : 'read').toBe(all.code);
    return all.code;
  }
  if (short instanceof LensError) throw short;
  expect([...short.tensors]).toEqual([...all.tensors]);
  expect(Object.keys(all.metadata)).toEqual(expect.arrayContaining(Object.keys(short.metadata)));
  let end = 24;
  for (const { begin, bytes: length, shape, type, dtype } of [...all.tensors.values()].sort((a, b) => a.begin - b.begin || a.bytes - b.bytes)) {
    expect(begin).toBeGreaterThanOrEqual(end);
    expect(begin % 8).toBe(0);
    end = begin + length;
    expect(BigInt(length) * BigInt(type.elements)).toBe(shape.reduce((n, d) => n * BigInt(d), 1n) * BigInt(type.bytes));
    expect(type.name).toBe(dtype);
  }
  expect(end).toBeLessThanOrEqual(Math.max(24, bytes.length));
  return 'read';
}

async function outcome(bytes: Uint8Array, keep: typeof KEEP_ALL): Promise<GgufHeader | LensError> {
  const source = new MemoryFile(bytes);
  try {
    return await readHeader(source, 'm.gguf', bytes.length, keep);
  } catch (error) {
    if (!(error instanceof LensError)) throw error;
    expect(error.code).toMatch(CODES);
    expect(error.sentence.length).toBeLessThan(1000);
    return error;
  } finally {
    expect(source.bytesAsked).toBeLessThanOrEqual(bytes.length);
  }
}

const anyU64 = fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.bigInt({ min: 0n, max: 70n }), fc.constantFrom(2n ** 31n, 2n ** 32n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 60n, 2n ** 63n, 2n ** 64n - 32n, 2n ** 64n - 1n));
const anyU32 = fc.oneof(fc.nat(45), fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.constantFrom(250, 2 ** 31, 2 ** 32 - 1));

describe('any bytes as a GGUF file', () => {
  it('random bytes, alone and behind a good beginning', async () => {
    const start = fc.constantFrom(0, 4, 8, 24);
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), start, fc.nat(5), fc.nat(5), async (bytes, keep, tensors, entries) => {
      await checkAny(Buffer.concat([gguf({ tensorCount: tensors, entryCount: entries }).subarray(0, keep), bytes]));
    }), { numRuns: 2000 });
  });

  it('random pieces of a header in a row', async () => {
    const piece = fc.oneof(
      fc.string({ maxLength: 8 }).map(text), anyU64.map((n) => number('u64', n)), anyU32.map((n) => number('u32', n)), fc.uint8Array({ maxLength: 20 }).map((b) => Buffer.from(b)),
      fc.string({ maxLength: 4 }).map((k) => entry(k, 'u32', 1)), fc.tuple(fc.string({ maxLength: 4 }), anyU64).map(([k, n]) => arrayEntry(k, 'string', ['a', 'b'], n)),
      fc.tuple(fc.string({ maxLength: 4 }), anyU32, anyU64).map(([k, type, n]) => Buffer.concat([text(k), number('u32', VALUE.array), number('u32', type), number('u64', n)])),
      fc.tuple(fc.string({ maxLength: 4 }), fc.array(anyU64, { maxLength: 5 }), anyU32, anyU64).map(([name, shape, type, at]) => Buffer.concat([text(name), number('u32', shape.length), ...shape.map((n) => number('u64', n)), number('u32', type), number('u64', at)])),
    );
    await fc.assert(fc.asyncProperty(fc.array(piece, { maxLength: 8 }), fc.nat(4), fc.nat(4), async (pieces, tensors, entries) => {
      await checkAny(Buffer.concat([gguf({ tensorCount: tensors, entryCount: entries }).subarray(0, 24), ...pieces, Buffer.alloc(64)]));
    }), { numRuns: 3000 });
  });

  it('a real file with a few bytes of its header changed', async () => {
    const outcomes = new Map<string, number>();
    await fc.assert(fc.asyncProperty(anyFile, fc.array(fc.tuple(fc.nat(1_000_000), fc.nat(255)), { minLength: 1, maxLength: 4 }), async ({ bytes, header }, changes) => {
      const changed = Buffer.from(bytes);
      for (const [at, value] of changes) changed[at % header] = value;
      const code = await checkAny(changed);
      outcomes.set(code, (outcomes.get(code) ?? 0) + 1);
    }), { numRuns: 3000 });
    expect([...outcomes.keys()]).toEqual(expect.arrayContaining(['read', 'E_GGUF_TRUNCATED', 'E_HEADER_INVALID', 'E_SHAPE', 'E_OFFSETS']));
  });

  it('a real file with a number put in the place of another', async () => {
    await fc.assert(fc.asyncProperty(anyFile, fc.nat(1_000_000), fc.oneof(anyU64.map((n) => number('u64', n)), anyU32.map((n) => number('u32', n))), async ({ bytes, header }, at, put) => {
      const changed = Buffer.from(bytes);
      changed.set(put, 8 + (at % (header - 16)));
      await checkAny(changed);
    }), { numRuns: 3000 });
  });

  it('a real file with a piece cut out, doubled or moved', async () => {
    await fc.assert(fc.asyncProperty(anyFile, fc.nat(1_000_000), fc.nat(1_000_000), fc.nat(1_000_000), async ({ bytes, header }, a, b, to) => {
      const [from, end] = [a % header, b % header].sort((x, y) => x - y);
      const piece = bytes.subarray(from, end);
      await checkAny(Buffer.concat([bytes.subarray(0, from), bytes.subarray(end)]));
      await checkAny(Buffer.concat([bytes.subarray(0, to % header), piece, bytes.subarray(to % header)]));
    }), { numRuns: 1000 });
  });

  it('a real file cut anywhere is not read; one with something after it is', async () => {
    await fc.assert(fc.asyncProperty(anyFile, fc.nat(1_000_000), fc.uint8Array({ minLength: 1, maxLength: 20 }), async ({ bytes }, size, more) => {
      if (size % bytes.length < bytes.length - 32) expect(await checkAny(bytes.subarray(0, size % bytes.length))).not.toBe('read');
      expect(await checkAny(Buffer.concat([bytes, more]))).toBe('read');
    }), { numRuns: 300 });
  });
});

describe('a damaged GGUF file on disk', () => {
  const path = join(temporaryFolder(), 'm.gguf');

  it('gives numbers of the right count, or ends in a LensError', async () => {
    let read = 0;
    await fc.assert(fc.asyncProperty(anyFile, fc.array(fc.tuple(fc.nat(1_000_000), fc.nat(255)), { minLength: 1, maxLength: 3 }), async ({ bytes }, changes) => {
      const changed = Buffer.from(bytes);
      for (const [at, value] of changes) changed[at % bytes.length] = value;
      writeFileSync(path, changed);
      try {
        const { store } = await openGguf(path);
        for (const { name, shape, readable } of store.tensors.values()) {
          const count = shape.reduce((a, b) => a * b, 1);
          try {
            expect(await store.readFloat32(name, 0, count)).toHaveLength(count);
            expect(readable).toBe(true);
            read++;
          } catch (error) {
            expect(error).toBeInstanceOf(LensError);
            expect((error as LensError).code).toBe(readable ? 'E_WEIGHTS_NOT_FINITE' : 'E_DTYPE');
          }
        }
        await store.close();
      } catch (error) {
        expect(error).toBeInstanceOf(LensError);
      }
    }), { numRuns: 300 });
    expect(read).toBeGreaterThan(1000); // most changes hit the data
  });

});

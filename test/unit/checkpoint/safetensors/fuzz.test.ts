import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LensError } from '../../../../src/base/errors.js';
import { dtypeBits } from '../../../../src/checkpoint/dtypes.js';
import { openCheckpoint } from '../../../../src/checkpoint/open.js';
import { readHeader } from '../../../../src/checkpoint/safetensors/header.js';
import { BROKEN, MemoryFile, temporaryFolder, withHeader } from '../helpers.js';

const real = readFileSync(join(BROKEN, 'ok', 'model.safetensors'));
const headerLength = Number(real.readBigUInt64LE());
const realHeader = real.toString('utf8', 8, 8 + headerLength);
const realData = real.subarray(8 + headerLength);

/**
 * What has to hold for any bytes at all: a LensError about the file, or tensors that lie in the file, do not overlap
 * and have the size of their shape; and never more bytes asked for than there are.
 */
async function checkAny(bytes: Uint8Array): Promise<'read' | LensError['code']> {
  const source = new MemoryFile(bytes);
  try {
    const tensors = [...(await readHeader(source, 'x.safetensors', bytes.length)).values()].sort((a, b) => a.begin - b.begin || a.bytes - b.bytes);
    let end = 8;
    for (const t of tensors) {
      expect(t.begin).toBeGreaterThanOrEqual(end);
      end = t.begin + t.bytes;
      expect(BigInt(t.bytes) * 8n).toBe(t.shape.reduce((n, d) => n * BigInt(d), 1n) * BigInt(dtypeBits(t.dtype) ?? -1));
    }
    expect(end).toBeLessThanOrEqual(bytes.length);
    return 'read';
  } catch (error) {
    if (!(error instanceof LensError)) throw error;
    expect(error.code).toMatch(/^E_(EMPTY|HEADER_TRUNCATED|HEADER_LENGTH|HEADER_INVALID|DUPLICATE_KEY|DTYPE|SHAPE|OFFSETS)$/);
    expect(error.sentence.length).toBeLessThan(1000);
    return error.code;
  } finally {
    expect(source.bytesAsked).toBeLessThanOrEqual(bytes.length);
  }
}

/** Numbers that break careless arithmetic, as they may stand in a JSON text. */
const nastyNumber = fc.constantFrom('-1', '-0', '0', '1', '0.5', '1e3', '1e400', '9007199254740991', '9007199254740993', '18446744073709551616', '""', 'null', '[]', '{}', 'true', '1024', '1280');

describe('any bytes as a safetensors file', () => {
  it('random bytes', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      await checkAny(bytes);
    }), { numRuns: 2000 });
  });

  it('random bytes behind a length that fits, and one that is chosen', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ maxLength: 50 }), fc.option(fc.bigInt(0n, 2n ** 64n - 1n)), async (header, data, length) => {
      await checkAny(withHeader(Buffer.from(header), data, length ?? undefined));
    }), { numRuns: 2000 });
  });

  it('any JSON as a header', async () => {
    const field = fc.oneof(fc.jsonValue(), fc.constantFrom('F32', 'BF16', 'F4'), fc.array(fc.integer({ min: -1, max: 9 }), { maxLength: 3 }));
    const entry = fc.oneof(fc.jsonValue(), fc.record({ dtype: field, shape: field, data_offsets: field }, { requiredKeys: [] }));
    await fc.assert(fc.asyncProperty(fc.dictionary(fc.oneof(fc.string(), fc.constant('__metadata__')), entry), async (header) => {
      await checkAny(withHeader(JSON.stringify(header), new Uint8Array(16)));
    }), { numRuns: 2000 });
  });

  it('a real file with a few bytes changed', async () => {
    const change = fc.tuple(fc.nat(8 + headerLength - 1), fc.nat(255));
    await fc.assert(fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      const bytes = Buffer.from(real);
      for (const [at, value] of changes) bytes[at] = value;
      await checkAny(bytes);
    }), { numRuns: 2000 });
  });

  it('a real header with numbers put in the place of others', async () => {
    const numbers = [...realHeader.matchAll(/\d+(?=[,\]])/g)].map((m) => ({ at: m.index, length: m[0].length }));
    const outcomes = new Set<string>();
    await fc.assert(fc.asyncProperty(fc.nat(numbers.length - 1), nastyNumber, async (i, text) => {
      const { at, length } = numbers[i];
      outcomes.add(await checkAny(withHeader(realHeader.slice(0, at) + text + realHeader.slice(at + length), realData)));
    }), { numRuns: 1000 });
    expect(outcomes).toContain('E_SHAPE');
    expect(outcomes).toContain('E_OFFSETS');
  });

  it('a real header with a piece cut out, doubled or moved', async () => {
    const place = fc.nat(realHeader.length);
    await fc.assert(fc.asyncProperty(place, place, place, async (a, b, to) => {
      const piece = realHeader.slice(Math.min(a, b), Math.max(a, b));
      await checkAny(withHeader(realHeader.replace(piece, ''), realData));
      await checkAny(withHeader(realHeader.slice(0, to) + piece + realHeader.slice(to), realData));
    }), { numRuns: 500 });
  });

  it('a real file cut anywhere, or with something after it', async () => {
    await fc.assert(fc.asyncProperty(fc.nat(real.length - 1), fc.uint8Array({ minLength: 1, maxLength: 20 }), async (size, more) => {
      expect(await checkAny(real.subarray(0, size))).not.toBe('read');
      expect(await checkAny(Buffer.concat([real, more]))).toBe('E_OFFSETS');
    }));
  });
});

describe('a damaged checkpoint folder', () => {
  const folder = join(temporaryFolder(), 'm');
  mkdirSync(folder);
  const path = join(folder, 'model.safetensors');

  it('reads exactly the bytes that the header names, or ends in a LensError', async () => {
    writeFileSync(join(folder, 'config.json'), '{}');
    let read = 0;
    await fc.assert(fc.asyncProperty(fc.nat(real.length - 1), fc.nat(255), async (at, value) => {
      const bytes = Buffer.from(real);
      bytes[at] = value;
      writeFileSync(path, bytes);
      try {
        const { store } = await openCheckpoint(folder);
        try {
          const header = JSON.parse(bytes.toString('utf8', 8, 8 + headerLength)) as Record<string, { data_offsets: [number, number] }>;
          for (const { name, bytes: size } of store.tensors.values()) {
            const values = await store.readFloat32(name, 0, size / 4);
            const begin = 8 + headerLength + header[name].data_offsets[0];
            expect(Buffer.from(values.buffer).equals(bytes.subarray(begin, begin + size))).toBe(true);
            read++;
          }
        } finally {
          await store.close();
        }
      } catch (error) {
        expect(error).toBeInstanceOf(LensError);
      }
    }), { numRuns: 300 });
    expect(read).toBeGreaterThan(1000); // most changes hit the data
  });

  it('any text as config.json is an object or a LensError', async () => {
    writeFileSync(path, real);
    await fc.assert(fc.asyncProperty(fc.oneof(fc.string(), fc.json(), fc.uint8Array()), async (config) => {
      writeFileSync(join(folder, 'config.json'), config);
      try {
        const { store, config: read } = await openCheckpoint(folder);
        await store.close();
        expect(typeof read).toBe('object');
      } catch (error) {
        expect(error).toBeInstanceOf(LensError);
      }
    }), { numRuns: 300 });
  });
});

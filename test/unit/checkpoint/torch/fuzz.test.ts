import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LensError } from '../../../../src/base/errors.js';
import { Archive } from '../../../../src/checkpoint/torch/archive.js';
import { readPickle } from '../../../../src/checkpoint/torch/pickle.js';
import { TorchFile } from '../../../../src/checkpoint/torch/torchFile.js';
import { MemoryFile, temporaryFolder } from '../helpers.js';
import { op, pickle, torchArchive } from './archives.js';

const FOLDER = join(import.meta.dirname, '../../../fixtures/torch');
const real = readFileSync(join(FOLDER, 'views.pt'));
const path = join(temporaryFolder(), 'x.pt');

/** What has to hold for any bytes at all as a pickle: data, or E_PICKLE. */
function checkPickle(bytes: Uint8Array): 'read' | 'refused' {
  try {
    readPickle(bytes, 'x.pt');
    return 'read';
  } catch (error) {
    if (!(error instanceof LensError)) throw error;
    expect(error.code).toBe('E_PICKLE');
    expect(error.sentence.length).toBeLessThan(1000);
    return 'refused';
  }
}

const CODES = /^E_(EMPTY|PICKLE|HEADER_TRUNCATED|HEADER_INVALID|DUPLICATE_KEY|DTYPE|SHAPE|OFFSETS|PATH|FORMAT_UNSUPPORTED|WEIGHTS_NOT_FINITE|UNREADABLE)$/;

/** As a file: tensors that lie in it and can be read, or a LensError about it. */
async function checkFile(bytes: Uint8Array): Promise<'read' | LensError['code']> {
  writeFileSync(path, bytes);
  try {
    const file = await TorchFile.open(path);
    try {
      for (const { name, shape, bytes: size, readable } of file.tensors.values()) {
        expect(size).toBeLessThanOrEqual(bytes.length);
        const count = shape.reduce((n, d) => n * d, 1);
        if (readable) expect(await file.readFloat32(name, 0, count)).toHaveLength(count);
      }
      return 'read';
    } finally {
      await file.close();
    }
  } catch (error) {
    if (!(error instanceof LensError)) throw error;
    expect(error.code, error.message).toMatch(CODES);
    expect(error.sentence.length).toBeLessThan(1000);
    return error.code;
  }
}

describe('any bytes as a pickle', () => {
  it('random bytes, behind the start of a pickle', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      checkPickle(bytes);
      checkPickle(pickle(bytes));
    }), { numRuns: 3000 });
  });

  it('random sequences of the opcodes that are read', () => {
    const piece = fc.constantFrom<Uint8Array>(
      op.mark, op.none, op.false, op.emptyTuple, op.tuple, op.tuple1, op.tuple2, op.emptyList, op.append, op.appends, op.emptyDict, op.setItem, op.setItems, op.reduce, op.build, op.persistentId,
      op.put(0), op.get(0), op.put(1), op.get(1), op.int(0), op.int(-1), op.int(4), op.float(0.5), op.long(0, 0, 0, 0, 0, 0, 0, 0x40), op.text('a'), op.text('storage'), op.text('cpu'), op.text('0'),
      op.global('torch', 'FloatStorage'), op.global('collections', 'OrderedDict'), op.global('torch._utils', '_rebuild_tensor_v2'), op.global('torch._utils', '_rebuild_parameter'), op.global('torch', 'Size'), op.global('os', 'system'),
    );
    let read = 0;
    fc.assert(fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      if (checkPickle(pickle(...pieces)) === 'read') read++;
    }), { numRuns: 5000 });
    expect(read).toBeGreaterThan(50);
  });

  it('a real pickle with bytes changed, cut out or doubled', async () => {
    const archive = await Archive.open(new MemoryFile(real), 'views.pt', real.length);
    const begin = await archive.positionOf('data.pkl');
    const whole = real.subarray(begin, begin + (archive.sizeOf('data.pkl') ?? 0));
    expect(checkPickle(whole)).toBe('read');
    const place = fc.nat(whole.length - 1);
    fc.assert(fc.property(fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 4 }), place, place, (changes, a, b) => {
      const bytes = Buffer.from(whole);
      for (const [at, value] of changes) bytes[at] = value;
      checkPickle(bytes);
      const piece = whole.subarray(Math.min(a, b), Math.max(a, b));
      checkPickle(Buffer.concat([whole.subarray(0, Math.min(a, b)), whole.subarray(Math.max(a, b))]));
      checkPickle(Buffer.concat([whole.subarray(0, a), piece, whole.subarray(a)]));
    }), { numRuns: 2000 });
  });
});

describe('any bytes as a torch archive', () => {
  it('random bytes, also behind the start of a zip archive', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      expect(await checkFile(bytes)).not.toBe('read');
      expect(await checkFile(Buffer.concat([Buffer.from('PK\u0003\u0004'), bytes]))).not.toBe('read');
    }), { numRuns: 300 });
  });

  it('random bytes as data.pkl', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
      await checkFile(torchArchive(pickle(bytes), { 0: new Uint8Array(16) }));
    }), { numRuns: 300 });
  });

  it('a real file with a few bytes changed', async () => {
    const outcomes = new Map<string, number>();
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.nat(real.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), async (changes) => {
      const bytes = Buffer.from(real);
      for (const [at, value] of changes) bytes[at] = value;
      const outcome = await checkFile(bytes);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }), { numRuns: 800 });
    expect(outcomes.get('read')).toBeGreaterThan(50);
    expect(outcomes.get('E_PICKLE')).toBeGreaterThan(20);
  });

  it('its directory with bytes changed', async () => {
    const directory = real.indexOf('PK\u0001\u0002', 0, 'latin1');
    const outcomes = new Set<string>();
    await fc.assert(fc.asyncProperty(fc.integer({ min: directory, max: real.length - 1 }), fc.constantFrom(0, 1, 0x7f, 0x80, 0xfe, 0xff), async (at, value) => {
      const bytes = Buffer.from(real);
      bytes[at] = value;
      outcomes.add(await checkFile(bytes));
    }), { numRuns: 800 });
    expect([...outcomes]).toEqual(expect.arrayContaining(['read', 'E_HEADER_INVALID', 'E_OFFSETS']));
  });

  it('cut anywhere it does not open; with something after it neither', async () => {
    for (let size = 0; size < real.length; size += 7) expect(await checkFile(real.subarray(0, size))).not.toBe('read');
    expect(await checkFile(Buffer.concat([real, Buffer.from('more')]))).toBe('E_HEADER_TRUNCATED');
  });
});

import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../../src/base/errors.js';
import { Archive, MAX_DIRECTORY_TEXT, MAX_RECORDS } from '../../../../src/checkpoint/torch/archive.js';
import { expectCode, MemoryFile } from '../helpers.js';
import { zip, type ZipRecord } from './archives.js';

const open = (bytes: Uint8Array): Promise<Archive> => Archive.open(new MemoryFile(bytes), 'x.pt', bytes.length);
const record = (name: string, data: string, more: Partial<ZipRecord> = {}): ZipRecord => ({ name, data: Buffer.from(data), ...more });

const DAMAGED = ([
  ['a record past the end', [record('a/x', 'abc', { size: 1e9, compressedSize: 1e9 })], 'E_OFFSETS'],
  ['a place past the end', [record('a/x', 'abc', { offset: 0xfffffff0 })], 'E_OFFSETS'],
  ['a place past 2^53', [record('a/x', 'abc', { zip64: true, offset: 2 ** 62 })], 'E_OFFSETS'],
  ['a size of 2^62', [record('a/x', 'abc', { zip64: true, size: 2 ** 62, compressedSize: 2 ** 62 })], 'E_OFFSETS'],
  ['two sizes of a stored record', [record('a/x', 'abc', { size: 1e9 })], 'E_HEADER_INVALID'],
  ['a name twice', [record('a/x', 'abc'), record('a/x', 'abc')], 'E_DUPLICATE_KEY'],
  ['a name that leads out', [record('a/../../x', 'abc')], 'E_PATH'],
  ['an absolute name', [record('/etc/passwd', 'abc')], 'E_PATH'],
  ['a drive', [record('C:/x', 'abc')], 'E_PATH'],
  ['a backslash', [record('a\\..\\x', 'abc')], 'E_PATH'],
  ['a name that is not UTF-8', [{ name: Uint8Array.of(0x61, 0x2f, 0xff), data: new Uint8Array(1) }], 'E_PATH'],
  ['an extra field longer than itself', [record('a/x', 'abc', { extra: Uint8Array.of(1, 0, 255, 255) })], 'E_HEADER_INVALID'],
] as readonly (readonly [string, readonly ZipRecord[], ErrorCode])[]).map(([what, records, code]) => ({ what, records, code }));

describe('Archive', () => {
  it('finds records whatever their folder is called', async () => {
    const bytes = zip([record('any name/data.pkl', 'pickle'), record('any name/data/0', 'numbers')]);
    const archive = await open(bytes);
    expect([archive.has('data.pkl'), archive.has('any name/data.pkl'), archive.sizeOf('data/0'), archive.sizeOf('data/1')]).toEqual([true, false, 7, undefined]);
    const at = await archive.positionOf('data/0');
    expect(at % 64).toBe(0);
    expect(bytes.toString('latin1', at, at + 7)).toBe('numbers');
  });

  it('reads zip64, as torch writes it for large files', async () => {
    const bytes = zip([record('a/data.pkl', 'pickle', { zip64: true }), record('a/data/0', 'numbers', { zip64: true })], { zip64: true });
    const archive = await open(bytes);
    const at = await archive.positionOf('data/0');
    expect(bytes.toString('latin1', at, at + 7)).toBe('numbers');
  });

  it('reads a record\'s place once, in 30 bytes', async () => {
    const file = new MemoryFile(zip([record('a/data.pkl', 'pickle'), record('a/data/0', 'numbers')]));
    const archive = await Archive.open(file, 'x.pt', file.bytes.length);
    const before = file.bytesAsked;
    await archive.positionOf('data/0');
    await archive.positionOf('data/0');
    expect(file.bytesAsked - before).toBe(30);
  });

  it('an archive cut anywhere has no directory at its end', async () => {
    const whole = zip([record('a/data.pkl', 'pickle'), record('a/data/0', 'numbers')]);
    for (let size = 4; size < whole.length; size++) await expectCode('E_HEADER_TRUNCATED', () => open(whole.subarray(0, size)));
  });

  it('refuses records that are compressed or encrypted, when they are asked for', async () => {
    const bomb = deflateRawSync(Buffer.alloc(1_000_000));
    const archive = await open(zip([record('a/data.pkl', ''), { name: 'a/bomb', data: bomb, method: 8, size: 2 ** 32 - 2 }, record('a/secret', 'x'.repeat(12), { flags: 1, size: 0 })]));
    expect((await expectCode('E_HEADER_INVALID', () => archive.sizeOf('bomb'))).message).toContain('compressed');
    expect((await expectCode('E_HEADER_INVALID', () => archive.sizeOf('secret'))).message).toContain('encrypted');
  });

  it.each(DAMAGED)('$what: $code', async ({ records, code }) => {
    await expectCode(code, () => open(zip(records)));
  });

  it.each([
    ['more records than there are', { count: 60_000 }], ['2^60 records', { zip64: true, count: 2 ** 60 }], ['a directory somewhere else', { directoryOffset: 0 }],
    ['a directory past the end', { directoryOffset: 0xfffffff0 }], ['a directory at 2^62', { zip64: true, directoryOffset: 2 ** 62 }],
  ])('an end that claims %s: E_HEADER_INVALID', async (_, end) => {
    await expectCode('E_HEADER_INVALID', () => open(zip([record('a/x', 'abc')], end)));
  });

  it('a record whose header is not where the directory says, or past the end with its names', async () => {
    await expectCode('E_HEADER_INVALID', async () => (await open(zip([record('a/x', 'abc', { offset: 7 })]))).positionOf('x'));
    await expectCode('E_HEADER_INVALID', async () => (await open(zip([record('a/x', 'abc')]))).positionOf('y'));
    const bytes = zip([record('a/x', 'abc')]);
    bytes.writeUInt16LE(65_535, 26);
    await expectCode('E_OFFSETS', async () => (await open(bytes)).positionOf('x'));
  });

  it('has limits on records and on what their names take', async () => {
    const many = Array.from({ length: 1000 }, (_, i) => record(`a/${i}`, '', { extra: new Uint8Array(60_000) }));
    expect(1000 * 60_000).toBeGreaterThan(MAX_DIRECTORY_TEXT);
    await expectCode('E_HEADER_INVALID', () => open(zip(many)));
    const short = Array.from({ length: MAX_RECORDS + 1 }, (_, i) => record(`a/${i}`, ''));
    await expectCode('E_HEADER_INVALID', () => open(zip(short, { zip64: true })));
  });

  it('never asks for bytes that are not there', async () => {
    const bytes = zip([record('a/x', 'abc')], { directoryOffset: 2 ** 31 });
    const file = new MemoryFile(bytes);
    await expectCode('E_HEADER_INVALID', () => Archive.open(file, 'x', bytes.length));
    expect(file.bytesAsked).toBeLessThanOrEqual(2 * bytes.length);
  });
});

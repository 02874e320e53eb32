import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LensError } from '../../../../src/base/errors.js';
import { readHeader, type GgufHeader } from '../../../../src/checkpoint/gguf/header.js';
import { KEEP_ALL, KEEP_SHORT, type Keep } from '../../../../src/checkpoint/gguf/metadata.js';
import { BROKEN, expectCode, lensErrorOf, MemoryFile } from '../helpers.js';
import { arrayEntry, entry, floats, gguf, number, TENSOR, text, VALUE, type TestTensor } from './writeGguf.js';

const ok = readFileSync(join(BROKEN, 'ok.gguf'));

function read(bytes: Uint8Array, keep: Keep = KEEP_ALL): Promise<GgufHeader> {
  return readHeader(new MemoryFile(bytes), 'm.gguf', bytes.length, keep);
}

function failing(code: LensError['code'], bytes: Uint8Array): Promise<LensError> {
  return expectCode(code, () => read(bytes));
}

describe('the head of a GGUF file', () => {
  it.each([2, 3])('version %i is read', async (version) => {
    expect(await read(gguf({ version, entries: [entry('a', 'u32', 7)] }))).toMatchObject({ version, metadata: { a: 7 } });
  });

  it.each([[0, 'version 0'], [1, 'version 1'], [4, 'version 4'], [99, 'version 99']])('version %i is refused', async (version, words) => {
    expect((await failing('E_GGUF_VERSION', gguf({ version }))).message).toContain(words);
  });

  it.each([2, 3])('big-endian files of version %i are refused as such', async (version) => {
    expect((await failing('E_GGUF_VERSION', gguf({ version: version * 2 ** 24 }))).message).toContain('big-endian');
  });

  it.each(['GGUX', 'ggml', 'PK\x03\x04', '\0\0\0\0'])('the magic %j is refused', async (magic) => {
    await failing('E_GGUF_MAGIC', gguf({ magic }));
  });

  it('a Git LFS pointer is told as one', async () => {
    expect((await failing('E_GGUF_MAGIC', Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n'))).hint).toContain('git lfs pull');
  });

  it('an empty file is E_EMPTY; one that ends anywhere in the header is E_GGUF_TRUNCATED, in the tensors E_OFFSETS', async () => {
    const { tensors } = await read(ok);
    const places = [...tensors.values()];
    const dataStart = Math.min(...places.map(({ begin }) => begin));
    const dataEnd = Math.max(...places.map(({ begin, bytes }) => begin + bytes));
    const codes = new Map<string, number>();
    for (let size = 0; size < dataEnd; size++) {
      const { code } = await lensErrorOf(() => read(ok.subarray(0, size)));
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
    const header = codes.get('E_GGUF_TRUNCATED') ?? 0;
    expect(Object.fromEntries(codes)).toEqual({ E_EMPTY: 1, E_GGUF_TRUNCATED: header, E_OFFSETS: dataEnd - 1 - header });
    expect(Math.ceil((header + 1) / 32) * 32).toBe(dataStart);
    expect((await read(ok.subarray(0, dataEnd))).tensors).toEqual(tensors); // padding behind the last tensor is not needed
  });
});

describe('metadata of a GGUF file', () => {
  const scalars = [
    entry('u8', 'u8', 255), entry('i8', 'i8', -128), entry('u16', 'u16', 65_535), entry('i16', 'i16', -32_768), entry('u32', 'u32', 4_294_967_295), entry('i32', 'i32', -2_147_483_648),
    entry('u64', 'u64', 9_007_199_254_740_991n), entry('i64', 'i64', -9_007_199_254_740_991n), entry('i64 small', 'i64', -1), entry('f32', 'f32', 1.5), entry('f64', 'f64', 0.1),
    entry('true', 'bool', true), entry('false', 'bool', false), entry('string', 'string', 'Grüße 🦙\0.'), entry('empty', 'string', ''),
  ];
  const values = { u8: 255, i8: -128, u16: 65_535, i16: -32_768, u32: 4_294_967_295, i32: -2_147_483_648, u64: 9_007_199_254_740_991, i64: -9_007_199_254_740_991, 'i64 small': -1, f32: 1.5, f64: 0.1, true: true, false: false, string: 'Grüße 🦙\0.', empty: '' };

  it.each([KEEP_ALL, KEEP_SHORT])('has every type of value, in the file\'s order (%o)', async (keep) => {
    const { metadata } = await read(gguf({ entries: scalars }), keep);
    expect(metadata).toEqual(values);
    expect(Object.keys(metadata)).toEqual(Object.keys(values));
  });

  it('has arrays of every type', async () => {
    const entries = [
      arrayEntry('u8', 'u8', [0, 255]), arrayEntry('i8', 'i8', [-1]), arrayEntry('u16', 'u16', [1, 2]), arrayEntry('i16', 'i16', [-1, 2]), arrayEntry('u32', 'u32', [1]), arrayEntry('i32', 'i32', [-1, 1, 4]),
      arrayEntry('u64', 'u64', [2n ** 40n]), arrayEntry('i64', 'i64', [-(2n ** 40n)]), arrayEntry('f32', 'f32', [0.5, -0.25]), arrayEntry('f64', 'f64', [0.1]), arrayEntry('bool', 'bool', [true, false]),
      arrayEntry('string', 'string', ['', 'ä', '▁the']), arrayEntry('none', 'string', []),
    ];
    const { metadata, arrayLengths } = await read(gguf({ entries }));
    expect(metadata).toEqual({ u8: [0, 255], i8: [-1], u16: [1, 2], i16: [-1, 2], u32: [1], i32: [-1, 1, 4], u64: [2 ** 40], i64: [-(2 ** 40)], f32: [0.5, -0.25], f64: [0.1], bool: [true, false], string: ['', 'ä', '▁the'], none: [] });
    expect(arrayLengths.get('string')).toBe(3);
    expect(arrayLengths.get('none')).toBe(0);
  });

  it('has keys that objects have by themselves as values of its own', async () => {
    const { metadata } = await read(gguf({ entries: [entry('__proto__', 'u32', 1), entry('constructor', 'u32', 2)] }));
    expect(Object.entries(metadata)).toEqual([['__proto__', 1], ['constructor', 2]]);
    expect(Object.getPrototypeOf(metadata)).toBe(Object.prototype);
  });

  it('keeps bytes of a token that are not UTF-8 as U+FFFD, and a byte order mark', async () => {
    const { metadata } = await read(gguf({ entries: [arrayEntry('tokens', 'string', [Uint8Array.of(0x61, 0xff), '\ufeff', '\ufeffa'])] }));
    expect(metadata['tokens']).toEqual(['a\ufffd', '\ufeff', '\ufeffa']);
  });

  it('a value above 2^53 is rounded, not cut', async () => {
    expect((await read(gguf({ entries: [entry('a', 'u64', 2n ** 64n - 1n), entry('b', 'i64', -(2n ** 63n))] }))).metadata).toEqual({ a: 2 ** 64, b: -(2 ** 63) });
  });

  it.each([
    ['a key twice', 'E_DUPLICATE_KEY', [entry('a', 'u32', 1), entry('a', 'string', 'x')]],
    ['a key that is not UTF-8', 'E_HEADER_INVALID', [entry(Uint8Array.of(0x61, 0xff), 'u32', 1)]],
    ['an unknown type', 'E_HEADER_INVALID', [Buffer.concat([text('a'), number('u32', 13), number('u64', 0)])]],
    ['an array of an unknown type', 'E_HEADER_INVALID', [Buffer.concat([text('a'), number('u32', VALUE.array), number('u32', 99), number('u64', 0)])]],
    ['an array of arrays', 'E_GGUF_LIMIT', [Buffer.concat([text('a'), number('u32', VALUE.array), number('u32', VALUE.array), number('u64', 0)])]],
    ['a key of 2^60 bytes', 'E_GGUF_TRUNCATED', [number('u64', 2n ** 60n)]],
    ['a key of 65,536 bytes', 'E_GGUF_LIMIT', [entry('k'.repeat(65_536), 'u32', 1)]],
    ['a text of 2^63 bytes', 'E_GGUF_TRUNCATED', [Buffer.concat([text('a'), number('u32', VALUE.string), number('u64', 2n ** 63n)])]],
    ['2^62 numbers', 'E_GGUF_TRUNCATED', [arrayEntry('a', 'f64', [1], 2n ** 62n)]],
    ['2^62 strings', 'E_GGUF_TRUNCATED', [arrayEntry('a', 'string', ['x'], 2n ** 62n)]],
    ['one number too few', 'E_GGUF_TRUNCATED', [arrayEntry('a', 'u64', [1, 2, 3], 4)]],
    ['a token of 600,000 bytes', 'E_GGUF_LIMIT', [arrayEntry('a', 'string', ['x', 'y'.repeat(600_000)])]],
    ['more elements than any vocabulary', 'E_GGUF_LIMIT', [1, 2, 3].map((i) => Buffer.concat([text(`k${i}`), number('u32', VALUE.array), number('u32', VALUE.u8), number('u64', 700_000), Buffer.alloc(700_000)]))],
  ] as const)('%s: %s, whether long values are kept or not', async (_, code, entries) => {
    const bytes = gguf({ entries, alignment: 1 }); // nothing behind the last entry
    await failing(code, bytes);
    if (!bytes.includes('y'.repeat(1000))) await expectCode(code, () => read(bytes, KEEP_SHORT)); // what is passed over may be long
  });

  it.each([2n ** 16n + 1n, 2n ** 31n, 2n ** 63n, 2n ** 64n - 1n])('%i entries, and as many tensors, are E_GGUF_LIMIT', async (count) => {
    await failing('E_GGUF_LIMIT', gguf({ entryCount: count }));
    if (count > 131_072n) await failing('E_GGUF_LIMIT', gguf({ tensorCount: count }));
  });

  it('fewer entries or tensors than promised are E_GGUF_TRUNCATED', async () => {
    await failing('E_GGUF_TRUNCATED', gguf({ entries: [entry('a', 'u32', 1)], entryCount: 2, alignment: 1 }));
    await failing('E_GGUF_TRUNCATED', gguf({ tensorCount: 1 }));
  });

  it.each([0, 1, 4, 7, 12, 33, 2 ** 31 + 1])('general.alignment %i is E_GGUF_ALIGNMENT', async (alignment) => {
    await failing('E_GGUF_ALIGNMENT', gguf({ entries: [entry('general.alignment', 'u32', alignment)] }));
  });

  it('a general.alignment that is no number is E_GGUF_ALIGNMENT', async () => {
    await failing('E_GGUF_ALIGNMENT', gguf({ entries: [entry('general.alignment', 'string', '32')] }));
    await failing('E_GGUF_ALIGNMENT', gguf({ entries: [arrayEntry('general.alignment', 'u32', [32])] }));
  });
});

describe('long values of a GGUF header', () => {
  // strings of many lengths, over several windows, so that windows end in lengths, in strings and between them
  const tokens = Array.from({ length: 60_000 }, (_, i) => (i % 9973 === 0 ? 'ж'.repeat(40_000 + i) : `token ${i} ${'x'.repeat(i % 61)}`));
  const scores = Array.from({ length: 150_001 }, (_, i) => i / 4);
  const template = '{{ messages }}'.repeat(8000);
  const entries = [
    entry('general.architecture', 'string', 'olmoe'), arrayEntry('tokens', 'string', tokens), arrayEntry('scores', 'f64', scores), entry('template', 'string', template),
    entry('tokenizer.json', 'string', '{'.repeat(3_000_000)), arrayEntry('short', 'u32', [1, 2, 3]), entry('olmoe.expert_count', 'u32', 64),
  ];
  const tensor = floats('a', [2, 2], [1, 2, 3, 4]);
  const bytes = gguf({ entries, tensors: [tensor] });

  it('are read as they are, and nothing is read twice', async () => {
    const file = new MemoryFile(bytes);
    const { metadata, arrayLengths, tensors } = await readHeader(file, 'm.gguf', bytes.length, KEEP_ALL);
    expect(metadata['tokens']).toEqual(tokens);
    expect(metadata['scores']).toEqual(scores);
    expect(metadata['template']).toBe(template);
    expect(metadata['olmoe.expert_count']).toBe(64);
    expect('tokenizer.json' in metadata).toBe(false); // longer than anything that a run needs
    expect(Object.fromEntries(arrayLengths)).toEqual({ tokens: 60_000, scores: 150_001, short: 3 });
    expect(tensors.get('a')).toMatchObject({ shape: [2, 2], bytes: 16, begin: bytes.length - 32 });
    expect(file.bytesAsked).toBeLessThanOrEqual(bytes.length - 2_000_000);
  });

  it('are left out for lists of models; what is short is there, and numbers are not even read', async () => {
    const file = new MemoryFile(bytes);
    const { metadata, arrayLengths, tensors } = await readHeader(file, 'm.gguf', bytes.length, KEEP_SHORT);
    expect(metadata).toEqual({ 'general.architecture': 'olmoe', short: [1, 2, 3], 'olmoe.expert_count': 64 });
    expect(Object.fromEntries(arrayLengths)).toEqual({ tokens: 60_000, scores: 150_001, short: 3 });
    expect(tensors.get('a')).toMatchObject({ shape: [2, 2], begin: bytes.length - 32 });
    expect(file.bytesAsked).toBeLessThanOrEqual(bytes.length - 3_000_000);
  });

  it('arrays of up to 1,024 elements are kept for lists: a value for each layer', async () => {
    const layers = (n: number): number[] => new Array<number>(n).fill(1);
    const { metadata } = await read(gguf({ entries: [arrayEntry('a', 'u32', layers(1024)), arrayEntry('b', 'u32', layers(1025))] }), KEEP_SHORT);
    expect(metadata).toEqual({ a: layers(1024) });
  });

  it('a header of more than 64 MB is E_GGUF_LIMIT, without being read', async () => {
    const pad = Buffer.concat([text('a'), number('u32', VALUE.string), number('u64', 63_999_950), Buffer.alloc(63_999_950)]);
    const file = new MemoryFile(gguf({ entries: [pad, entry('b', 'string', 'x'.repeat(100))] }));
    await expectCode('E_GGUF_LIMIT', () => readHeader(file, 'm.gguf', file.bytes.length, KEEP_ALL));
    expect(file.bytesAsked).toBeLessThan(2_000_000);
  });
});

describe('the tensor directory of a GGUF file', () => {
  const withTensors = (...tensors: readonly TestTensor[]): Buffer => gguf({ tensors });
  const tensor = (more: Partial<TestTensor>): TestTensor => ({ ...floats('a', [2, 4], [1, 2, 3, 4, 5, 6, 7, 8]), ...more });

  it('gives shapes row-major, types, bytes and places', async () => {
    const { tensors } = await read(withTensors(
      floats('a', [3, 4], new Array<number>(12).fill(1)), { name: 'b', shape: [5, 2, 64], type: TENSOR.Q8_0, data: new Uint8Array(680) },
      { name: 'c', shape: [256], type: TENSOR.IQ2_XXS, data: new Uint8Array(66) }, floats('scalar', [], [1]), { name: 'd', shape: [3], type: TENSOR.I32, data: new Uint8Array(12) },
    ));
    expect([...tensors.values()].map(({ name, dtype, shape, bytes, readable }) => ({ name, dtype, shape, bytes, readable }))).toEqual([
      { name: 'a', dtype: 'F32', shape: [3, 4], bytes: 48, readable: true },
      { name: 'b', dtype: 'Q8_0', shape: [5, 2, 64], bytes: 680, readable: true },
      { name: 'c', dtype: 'IQ2_XXS', shape: [256], bytes: 66, readable: false },
      { name: 'scalar', dtype: 'F32', shape: [], bytes: 4, readable: true },
      { name: 'd', dtype: 'I32', shape: [3], bytes: 12, readable: false },
    ]);
    const begins = [...tensors.values()].map(({ begin }) => begin);
    expect(begins.map((begin) => begin - begins[0])).toEqual([0, 64, 768, 864, 896]);
    expect(begins[0] % 32).toBe(0);
  });

  it.each([8, 16, 64, 4096])('takes the alignment %i from the metadata', async (alignment) => {
    const bytes = gguf({ entries: [entry('general.alignment', 'u32', alignment)], tensors: [tensor({}), tensor({ name: 'b' })], alignment });
    const { tensors, alignment: read32 } = await read(bytes);
    expect(read32).toBe(alignment);
    const begins = [...tensors.values()].map(({ begin }) => begin);
    expect(begins[0] % alignment).toBe(0);
    expect(begins[1] - begins[0]).toBe(Math.max(32, alignment));
    expect(bytes.readFloatLE(begins[1] + 28)).toBe(8);
  });

  it.each([
    ['a name twice', 'E_DUPLICATE_KEY', [tensor({}), tensor({})]],
    ['a name that is not UTF-8', 'E_HEADER_INVALID', [tensor({ name: Uint8Array.of(0xff) })]],
    ['a name of 65,536 bytes', 'E_GGUF_LIMIT', [tensor({ name: 'n'.repeat(65_536) })]],
    ['five dimensions', 'E_SHAPE', [tensor({ shape: [1, 1, 1, 2, 4] })]],
    ['more elements than 2^64', 'E_SHAPE', [tensor({ shape: [2n ** 33n, 2n ** 33n] })]],
    ['a dimension of 2^64 - 1', 'E_SHAPE', [tensor({ shape: [2n ** 64n - 1n] })]],
    ['2^64 - 1 rows of nothing', 'E_SHAPE', [tensor({ shape: [2n ** 64n - 1n, 0] })]],
    ['rows that are no whole blocks', 'E_SHAPE', [tensor({ type: TENSOR.Q8_0, shape: [32, 16] })]],
    ['rows of 128 with blocks of 256', 'E_SHAPE', [tensor({ type: TENSOR.Q4_K, shape: [2, 128] })]],
    ['type 250', 'E_DTYPE', [tensor({ type: 250 })]],
    ['a type that ggml gave up', 'E_DTYPE', [tensor({ type: 4 })]],
    ['a place that is not aligned', 'E_OFFSETS', [tensor({ offset: 4 })]],
    ['a place after the end', 'E_OFFSETS', [tensor({ offset: 4096 })]],
    ['a place of 2^64 - 32', 'E_OFFSETS', [tensor({ offset: 2n ** 64n - 32n })]],
    ['more bytes than the file', 'E_OFFSETS', [tensor({ shape: [2, 400] })]],
    ['more bytes than 2^53', 'E_OFFSETS', [tensor({ shape: [2n ** 52n] })]],
    ['two tensors in one place', 'E_OFFSETS', [tensor({}), tensor({ name: 'b', offset: 0 })]],
    ['two tensors that overlap', 'E_OFFSETS', [tensor({ shape: [2, 8], data: new Uint8Array(64) }), tensor({ name: 'b', offset: 32 })]],
  ] as const)('%s: %s', async (_, code, tensors) => {
    const { message } = await failing(code, withTensors(...tensors));
    expect(message).toContain('m.gguf');
    expect(message.length).toBeLessThan(400);
  });

  it('tensors may lie in any order, with gaps, and without elements', async () => {
    const { tensors } = await read(withTensors(tensor({ offset: 64 }), tensor({ name: 'b', offset: 0, data: new Uint8Array(64) }), tensor({ name: 'none', shape: [0, 4], data: new Uint8Array(0), offset: 64 })));
    const begins = [...tensors.values()].map(({ begin }) => begin);
    expect(begins.map((begin) => begin - begins[1])).toEqual([64, 0, 64]);
  });
});

import { describe, expect, it } from 'vitest';
import { MAX_HEADER_BYTES, readHeader } from '../../../../src/checkpoint/safetensors/header.js';
import { MAX_TENSORS_PER_FILE, parseHeader, type TensorEntry } from '../../../../src/checkpoint/safetensors/headerEntries.js';
import { expectCode, float32, MemoryFile, safetensors, withHeader } from '../helpers.js';

const read = (bytes: Uint8Array, size = bytes.length): Promise<ReadonlyMap<string, TensorEntry>> => readHeader(new MemoryFile(bytes), 'x.safetensors', size);
const entry = (dtype: unknown, shape: unknown, offsets: unknown): object => ({ dtype, shape, data_offsets: offsets });
const file = (header: object | string, dataBytes = 0): Buffer => withHeader(typeof header === 'string' ? header : JSON.stringify(header), new Uint8Array(dataBytes));

describe('readHeader', () => {
  it('gives name, dtype, shape, size and place of every tensor', async () => {
    const bytes = safetensors({ a: float32(1, 2), b: { dtype: 'BF16', shape: [2, 3], data: new Uint8Array(12) } });
    const dataStart = bytes.length - 20;
    expect([...(await read(bytes)).values()]).toEqual([
      { name: 'a', dtype: 'F32', shape: [2], bytes: 8, readable: true, begin: dataStart },
      { name: 'b', dtype: 'BF16', shape: [2, 3], bytes: 12, readable: true, begin: dataStart + 8 },
    ]);
  });

  it('accepts scalars, empty tensors, padding after the JSON and tensors in any order', async () => {
    const header = { b: entry('U8', [4], [4, 8]), none: entry('F32', [0, 5], [4, 4]), a: entry('F32', [], [0, 4]), first: entry('I64', [0], [0, 0]) };
    const tensors = await read(withHeader(`${JSON.stringify(header)}     `, new Uint8Array(8)));
    expect([...tensors.keys()]).toEqual(['b', 'none', 'a', 'first']);
  });

  it.each([
    ['BOOL', 8], ['U8', 8], ['I8', 8], ['F8_E5M2', 8], ['F8_E4M3', 8], ['F8_E8M0', 8], ['I16', 16], ['U16', 16], ['F16', 16], ['BF16', 16], ['I32', 32],
    ['U32', 32], ['F32', 32], ['I64', 64], ['U64', 64], ['F64', 64], ['C64', 64], ['F4', 4], ['F6_E2M3', 6], ['F6_E3M2', 6],
  ])('knows the dtype %s with %i bits', async (dtype, bits) => {
    await expect(read(file({ a: entry(dtype, [8], [0, bits]) }, bits))).resolves.toBeDefined();
    await expectCode('E_SHAPE', () => read(file({ a: entry(dtype, [16], [0, bits]) }, bits)));
  });

  it('refuses half bytes', async () => {
    await expectCode('E_SHAPE', () => read(file({ a: entry('F4', [3], [0, 2]) }, 2)));
    await expectCode('E_SHAPE', () => read(file({ a: entry('F4', [3], [0, 1]) }, 1)));
  });

  it.each([[0, 'E_EMPTY'], [1, 'E_HEADER_TRUNCATED'], [7, 'E_HEADER_TRUNCATED'], [8, 'E_HEADER_TRUNCATED'], [9, 'E_HEADER_TRUNCATED']] as const)('a file cut to %i bytes is %s', async (size, code) => {
    await expectCode(code, () => read(safetensors({ a: float32(1) }).subarray(0, size)));
  });

  it('tells a cut file from a wrong length, wherever it is cut', async () => {
    const whole = safetensors({ a: float32(1), b: float32(2) });
    const headerEnd = whole.length - 8;
    for (let size = 8; size < headerEnd; size++) {
      await expectCode('E_HEADER_TRUNCATED', () => read(whole.subarray(0, size)));
    }
    for (let size = headerEnd; size < whole.length; size++) await expectCode('E_OFFSETS', () => read(whole.subarray(0, size)));
    await expectCode('E_HEADER_LENGTH', () => read(safetensors({ a: float32(1) }, 5000n)));
  });

  it.each([0n, 1n, BigInt(MAX_HEADER_BYTES) + 1n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n])('a header length of %s is E_HEADER_LENGTH, and no header is read', async (length) => {
    const source = new MemoryFile(safetensors({ a: float32(1) }, length));
    await expectCode('E_HEADER_LENGTH', () => readHeader(source, 'x', source.bytes.length));
    expect(source.bytesAsked).toBe(8);
  });

  it('never asks for more bytes than the file has, whatever length is claimed', async () => {
    const source = new MemoryFile(safetensors({ a: float32(1) }, BigInt(MAX_HEADER_BYTES)));
    await expectCode('E_HEADER_LENGTH', () => readHeader(source, 'x', source.bytes.length));
    expect(source.bytesAsked).toBe(source.bytes.length);
  });

  it('recognises a Git LFS pointer', async () => {
    const pointer = Buffer.from('version git-lfs/spec/v1\noid sha256:0\nsize 5\n');
    expect((await expectCode('E_HEADER_LENGTH', () => read(pointer))).hint).toContain('git lfs pull');
  });

  it.each(['[]', 'null', ' {}', '\ufeff{}', '{"a":NaN}', '{"a":1,}', '{} {}', '{"a":1}}', '{"a"', '{]', "{'a':1}", '{"a":[]}', '{"a":null}', '{"a":"F32"}', '{"__metadata__":[]}', '{"__metadata__":{"a":1}}'])('%j is E_HEADER_INVALID', async (header) => {
    await expectCode('E_HEADER_INVALID', () => read(file(header)));
  });

  it('refuses a header that is not UTF-8', async () => {
    await expectCode('E_HEADER_INVALID', () => read(withHeader(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), new Uint8Array(0))));
  });

  it.each([undefined, null, 7, 'F31', 'f32', 'F32 ', '__proto__', 'constructor', ['F32']].map((dtype) => ({ dtype })))('dtype $dtype is E_DTYPE', async ({ dtype }) => {
    await expectCode('E_DTYPE', () => read(file({ a: entry(dtype, [1], [0, 4]) }, 4)));
  });

  it.each([undefined, null, 3, '[1]', [-1], [0.5], ['1'], [2 ** 53], [2 ** 32, 2 ** 33, 8], [2 ** 52, 2 ** 52, 0], [2], [1, 1, 2], [null]].map((shape) => ({ shape })))('shape $shape for 4 bytes of F32 is E_SHAPE', async ({ shape }) => {
    await expectCode('E_SHAPE', () => read(file({ a: entry('F32', shape, [0, 4]) }, 4)));
  });

  it.each([undefined, null, 4, [4], [0, 4, 4], ['0', '4'], [0.5, 4.5], [-4, 0], [4, 0], [0, 1e300], [2 ** 53, 2 ** 53 + 4], [[0], 4]].map((offsets) => ({ offsets })))('data_offsets $offsets is E_OFFSETS', async ({ offsets }) => {
    await expectCode('E_OFFSETS', () => read(file({ a: entry('F32', [1], offsets) }, 4)));
  });

  it('refuses overlap, holes, and bytes that belong to no tensor, as the reference reader does', async () => {
    await expectCode('E_OFFSETS', () => read(file({ a: entry('F32', [2], [0, 8]), b: entry('F32', [2], [4, 12]) }, 12)));
    await expectCode('E_OFFSETS', () => read(file({ a: entry('F32', [2], [0, 8]), b: entry('F32', [2], [0, 8]) }, 8)));
    await expectCode('E_OFFSETS', () => read(file({ a: entry('F32', [2], [0, 8]), b: entry('F32', [1], [12, 16]) }, 16)));
    await expectCode('E_OFFSETS', () => read(file({ a: entry('F32', [2], [0, 8]) }, 9)));
    await expectCode('E_OFFSETS', () => read(file({ a: entry('F32', [0], [4, 4]) }, 0)));
  });

  it('keeps names that are special in JavaScript apart', async () => {
    const tensors = await read(file('{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"constructor":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}', 2));
    expect([...tensors.keys()]).toEqual(['__proto__', 'constructor']);
  });

  it('keeps messages short when names and shapes are long', async () => {
    const name = 'n'.repeat(100_000);
    const error = await expectCode('E_SHAPE', () => read(file({ [name]: entry('F32', Array<number>(10_000).fill(2), [0, 4]) }, 4)));
    expect(error.message.length).toBeLessThan(500);
  });

  it('has a limit on tensors, far above released models, and stays quick below it', async () => {
    const header = (n: number): Buffer => Buffer.from(`{${Array.from({ length: n }, (_, i) => `"model.layers.${i}.mlp.experts.7.down_proj.weight":{"dtype":"BF16","shape":[0,2048],"data_offsets":[0,0]}`).join(',')}}`);
    const used = process.cpuUsage();
    expect(parseHeader(header(50_000), 'x', 0, 0).size).toBe(50_000);
    expect(process.cpuUsage(used).user / 1e6).toBeLessThan(3); // seconds; about 0.4 in practice
    await expectCode('E_HEADER_INVALID', () => parseHeader(header(MAX_TENSORS_PER_FILE + 2), 'x', 0, 0));
  });

  it('stops at nesting and size that would exhaust memory, before values are built', async () => {
    await expectCode('E_HEADER_INVALID', () => read(file(`{"a":${'['.repeat(1_000_000)}`)));
    await expectCode('E_HEADER_INVALID', () => read(file(`{"a":[${'[],'.repeat(3_000_000)}0]}`)));
  });
});

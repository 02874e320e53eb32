import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GgufFile } from '../../../../src/checkpoint/gguf/ggufFile.js';
import { KEEP_ALL } from '../../../../src/checkpoint/gguf/metadata.js';
import { READABLE_TYPES } from '../../../../src/checkpoint/blocks/registry.js';
import { expectCode, temporaryFolder } from '../helpers.js';
import { golden, typeNamed } from './golden.js';
import { floats, gguf, TENSOR, type TestTensor } from './writeGguf.js';

const folder = temporaryFolder();

function fileWith(name: string, tensors: readonly TestTensor[]): Promise<GgufFile> {
  const path = join(folder, `${name}.gguf`);
  writeFileSync(path, gguf({ tensors }));
  return GgufFile.open(path, KEEP_ALL);
}

const goldenTensor = (type: string): TestTensor => ({ name: type, shape: [2, 3, 256], type: typeNamed(type).id, data: golden(type).blocks });

function sameBits(a: Float32Array, b: Float32Array): boolean {
  return Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(Buffer.from(b.buffer, b.byteOffset, b.byteLength));
}

describe('tensors of a GGUF file', () => {
  it('can be read from any element to any other, of every type', async () => {
    const file = await fileWith('all', READABLE_TYPES.map(goldenTensor));
    await fc.assert(fc.asyncProperty(fc.constantFrom(...READABLE_TYPES), fc.nat(1536), fc.nat(1536), async (type, a, b) => {
      const start = Math.min(a, b);
      const count = Math.max(a, b) - start;
      expect(sameBits(await file.readFloat32(type, start, count), golden(type).values.slice(start, start + count))).toBe(true);
    }), { numRuns: 500 });
    await file.close();
  });

  it.each(['F32', 'F16', 'Q8_0', 'Q6_K', 'MXFP4'])('%s tensors of several megabytes are read as small ones are', async (type) => {
    const { blocks, values } = golden(type);
    const times = Math.ceil(2_600_000 / blocks.length);
    const data = new Uint8Array(times * blocks.length);
    for (let i = 0; i < times; i++) data.set(blocks, i * blocks.length);
    const file = await fileWith(`large-${type}`, [{ name: 'a', shape: [times, 1536], type: typeNamed(type).id, data }]);
    const all = await file.readFloat32('a', 0, times * 1536);
    const part = await file.readFloat32('a', 777, all.length - 1000);
    await file.close();
    for (let i = 0; i < times; i++) expect(sameBits(all.subarray(i * 1536, (i + 1) * 1536), values)).toBe(true);
    expect(sameBits(part, all.subarray(777, all.length - 223))).toBe(true);
  });

  it('are read by calls that overlap, each as if alone', async () => {
    const file = await fileWith('overlap', READABLE_TYPES.map(goldenTensor));
    const read = await Promise.all([...READABLE_TYPES, ...READABLE_TYPES].map(async (type) => sameBits(await file.readFloat32(type, 100, 1000), golden(type).values.slice(100, 1100))));
    await file.close();
    expect(read).not.toContain(false);
  });

  it('of a type that is not read here are told, and refused when they are asked for', async () => {
    const file = await fileWith('unread', [{ name: 'a', shape: [256], type: TENSOR.IQ2_XXS, data: new Uint8Array(66) }, { name: 'n', shape: [4], type: TENSOR.I32, data: new Uint8Array(16) }]);
    expect((await expectCode('E_DTYPE', () => file.readFloat32('a', 0, 256))).message).toContain('IQ2_XXS');
    await expectCode('E_DTYPE', () => file.readFloat32('n', 0, 4));
    await file.close();
  });

  it('that are not there, and ranges beyond a tensor, are refused', async () => {
    const file = await fileWith('range', [floats('a', [2, 2], [1, 2, 3, 4]), { name: 'q', shape: [32], type: TENSOR.Q8_0, data: new Uint8Array(34) }]);
    await expectCode('E_TENSOR_MISSING', () => file.readFloat32('b', 0, 1));
    for (const [start, count] of [[0, 5], [4, 1], [-1, 2], [0, -1], [0.5, 1], [0, 1.5], [NaN, 1], [0, 2 ** 53]] as const) await expectCode('E_SHAPE', () => file.readFloat32('a', start, count));
    for (const [start, count] of [[0, 33], [32, 1], [33, 0]] as const) await expectCode('E_SHAPE', () => file.readFloat32('q', start, count));
    expect(await file.readFloat32('a', 4, 0)).toHaveLength(0);
    expect(await file.readFloat32('q', 7, 0)).toHaveLength(0);
    await file.close();
  });

  it.each(READABLE_TYPES)('%s: a NaN or an infinity is E_WEIGHTS_NOT_FINITE where it is read, and nowhere else', async (type) => {
    const { id, bytes, elements } = typeNamed(type);
    const data = Uint8Array.from(golden(type).blocks);
    const bad = data.length / bytes - 2;
    data.fill(0xff, bad * bytes, (bad + 1) * bytes); // each f16 scale is NaN, and so is a number with all bits set
    const file = await fileWith(`not-finite-${type}`, [{ name: 'a', shape: [1536], type: id, data }]);
    expect((await expectCode('E_WEIGHTS_NOT_FINITE', () => file.readFloat32('a', 0, 1536))).message).toContain(`at element ${bad * elements}`);
    await expectCode('E_WEIGHTS_NOT_FINITE', () => file.readFloat32('a', (bad + 1) * elements - 1, 2));
    await expect(file.readFloat32('a', 0, bad * elements)).resolves.toHaveLength(bad * elements);
    await expect(file.readFloat32('a', (bad + 1) * elements, elements)).resolves.toHaveLength(elements);
    await file.close();
  });

  it('can\'t be read from a closed file', async () => {
    const file = await fileWith('closed', [floats('a', [1], [1])]);
    await file.close();
    await file.close();
    await expectCode('E_UNREADABLE', () => file.readFloat32('a', 0, 1));
  });

  it('are E_UNREADABLE when the file became shorter', async () => {
    const file = await fileWith('shorter', [floats('a', [2000], new Array<number>(2000).fill(1))]);
    writeFileSync(file.path, 'GGUF');
    await expectCode('E_UNREADABLE', () => file.readFloat32('a', 0, 2000));
    await file.close();
  });
});

import { mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../../src/checkpoint/checkpoint.js';
import { openCheckpoint } from '../../../src/checkpoint/open.js';
import { expectCode, float32, safetensors, temporaryFolder, type TestTensor } from './helpers.js';

const root = temporaryFolder();

function folderWith(name: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = join(root, name);
  mkdirSync(folder);
  for (const [file, content] of Object.entries({ 'config.json': '{}', ...files })) writeFileSync(join(folder, file), content);
  return folder;
}

async function using<T>(folder: string, work: (checkpoint: Checkpoint) => Promise<T>): Promise<T> {
  const checkpoint = await openCheckpoint(folder);
  try {
    return await work(checkpoint);
  } finally {
    await checkpoint.store.close();
  }
}

/** bf16 numbers 0, 1, 2, ... (exact up to 256). */
function bf16Ramp(count: number): TestTensor {
  const bits = Uint32Array.from(new Uint32Array(Float32Array.from({ length: count }, (_, i) => i).buffer), (u) => u >>> 16);
  return { dtype: 'BF16', shape: [count], data: new Uint8Array(Uint16Array.from(bits).buffer) };
}

const index = (map: Readonly<Record<string, string>>): string => JSON.stringify({ weight_map: map });

describe('one file', () => {
  it('reads any range, also where the data begins at an odd position', async () => {
    const odd = { dtype: 'U8', shape: [1], data: new Uint8Array(1) };
    await using(folderWith('ranges', { 'model.safetensors': safetensors({ odd, a: bf16Ramp(200), f: float32(5, 6, 7) }) }), async ({ store }) => {
      for (const [start, count] of [[0, 200], [0, 0], [200, 0], [1, 1], [13, 77], [199, 1]] as const) {
        expect([...(await store.readFloat32('a', start, count))]).toEqual(Array.from({ length: count }, (_, i) => start + i));
      }
      expect([...(await store.readFloat32('f', 1, 2))]).toEqual([6, 7]);
    });
  });

  it('keeps calls that overlap apart', async () => {
    await using(folderWith('overlap', { 'model.safetensors': safetensors({ a: bf16Ramp(256), f: float32(5, 6, 7) }) }), async ({ store }) => {
      const reads = Array.from({ length: 256 }, (_, i) => store.readFloat32('a', i, 256 - i));
      (await Promise.all(reads)).forEach((values, i) => expect([values[0], values.length]).toEqual([i, 256 - i]));
    });
  });

  it('checks only what is read for NaN, and says where it is', async () => {
    await using(folderWith('nan', { 'model.safetensors': safetensors({ a: float32(0, 1, NaN, 3) }) }), async ({ store }) => {
      expect([...(await store.readFloat32('a', 0, 2))]).toEqual([0, 1]);
      expect((await expectCode('E_WEIGHTS_NOT_FINITE', () => store.readFloat32('a', 1, 3))).message).toContain('element 2');
    });
  });

  it('refuses a tensor that is not there, a type that is no number here, and a range beyond the tensor', async () => {
    const fp8 = { dtype: 'F8_E4M3', shape: [4], data: new Uint8Array(4) };
    await using(folderWith('refuse', { 'model.safetensors': safetensors({ fp8, a: float32(1, 2) }) }), async ({ store }) => {
      expect(store.tensors.get('fp8')?.dtype).toBe('F8_E4M3');
      await expectCode('E_DTYPE', () => store.readFloat32('fp8', 0, 1));
      await expectCode('E_TENSOR_MISSING', () => store.readFloat32('b', 0, 1));
      await expectCode('E_TENSOR_MISSING', () => store.readFloat32('__proto__', 0, 1));
      for (const [start, count] of [[0, 3], [2, 1], [-1, 1], [0, -1], [0.5, 1], [0, NaN], [2 ** 53, 1]] as const) {
        await expectCode('E_SHAPE', () => store.readFloat32('a', start, count));
      }
    });
  });

  it('can be closed twice and during a read; reads after it are E_UNREADABLE', async () => {
    const { store } = await openCheckpoint(folderWith('close', { 'model.safetensors': safetensors({ a: float32(1) }) }));
    const early = store.readFloat32('a', 0, 1);
    await Promise.all([store.close(), store.close()]);
    expect([...(await early)]).toEqual([1]);
    await store.close();
    await expectCode('E_UNREADABLE', () => store.readFloat32('a', 0, 1));
  });

  it('says that a file became shorter after it was opened', async () => {
    const folder = folderWith('shrink', { 'model.safetensors': safetensors({ a: float32(1, 2, 3, 4) }) });
    await using(folder, async ({ store }) => {
      truncateSync(join(folder, 'model.safetensors'), 100);
      await expectCode('E_UNREADABLE', () => store.readFloat32('a', 0, 4));
    });
  });

  it('reads a tensor that takes several reads', async () => {
    const folder = folderWith('large', { 'model.safetensors': safetensors({ a: float32(1, 2) }) });
    const bytes = 4 * (20 * 2 ** 20 + 3); // 80 MiB and a bit, of zeros that take no space on disk
    const header = JSON.stringify({ a: { dtype: 'F32', shape: [bytes / 4], data_offsets: [0, bytes] } });
    const prefix = Buffer.alloc(8);
    prefix.writeBigUInt64LE(BigInt(header.length));
    writeFileSync(join(folder, 'model.safetensors'), Buffer.concat([prefix, Buffer.from(header)]));
    truncateSync(join(folder, 'model.safetensors'), 8 + header.length + bytes);
    await using(folder, async ({ store }) => {
      const values = await store.readFloat32('a', 0, bytes / 4);
      expect(values.length).toBe(bytes / 4);
      expect(values.findIndex((v) => v !== 0)).toBe(-1);
    });
  });
});

describe('shards', () => {
  const one = safetensors({ a: float32(1, 2), hidden: float32(9) });
  const two = safetensors({ b: bf16Ramp(3) });

  it('reads each tensor from its shard; what the index does not name is not there', async () => {
    await using(folderWith('shards', { '1.safetensors': one, '2.safetensors': two, 'model.safetensors.index.json': index({ b: '2.safetensors', a: '1.safetensors' }) }), async ({ store, weightBytes }) => {
      expect([...store.tensors.keys()]).toEqual(['b', 'a']);
      expect([...(await store.readFloat32('a', 0, 2)), ...(await store.readFloat32('b', 1, 2))]).toEqual([1, 2, 1, 2]);
      await expectCode('E_TENSOR_MISSING', () => store.readFloat32('hidden', 0, 1));
      expect(weightBytes).toBe(one.length + two.length);
    });
  });

  it('model.safetensors goes before an index, as in transformers', async () => {
    await using(folderWith('both', { 'model.safetensors': one, 'model.safetensors.index.json': index({ b: 'gone.safetensors' }) }), ({ store }) => {
      expect([...store.tensors.keys()]).toEqual(['a', 'hidden']);
      return Promise.resolve();
    });
  });

  it('a tensor that is not in the shard the index names is E_TENSOR_MISSING, a shard that is gone E_SHARD_MISSING', async () => {
    const files = { '1.safetensors': one, '2.safetensors': two };
    const moved = folderWith('moved', { ...files, 'model.safetensors.index.json': index({ a: '2.safetensors', b: '2.safetensors' }) });
    expect((await expectCode('E_TENSOR_MISSING', () => openCheckpoint(moved))).message).toContain('"a"');
    rmSync(join(moved, '2.safetensors'));
    await expectCode('E_SHARD_MISSING', () => openCheckpoint(moved));
  });

  it('a damaged shard gives its own error, and no file stays open', async () => {
    const before = openFiles();
    const folder = folderWith('damaged', { '1.safetensors': one, '2.safetensors': two.subarray(0, 20), 'model.safetensors.index.json': index({ a: '1.safetensors', b: '2.safetensors' }) });
    await expectCode('E_HEADER_TRUNCATED', () => openCheckpoint(folder));
    expect(openFiles()).toBe(before);
  });

  it('a shard may be a link out of the folder (as in Hugging Face\'s cache), a dangling one is E_SHARD_MISSING', async () => {
    const folder = folderWith('links', { 'model.safetensors.index.json': index({ a: '1.safetensors' }) });
    writeFileSync(join(root, 'blob'), one);
    symlinkSync(join('..', 'blob'), join(folder, '1.safetensors'));
    await using(folder, async ({ store }) => {
      expect([...(await store.readFloat32('a', 0, 2))]).toEqual([1, 2]);
    });
    renameSync(join(root, 'blob'), join(root, 'blob2'));
    await expectCode('E_SHARD_MISSING', () => openCheckpoint(folder));
  });

  it('a shard that is a folder is E_UNREADABLE', async () => {
    const folder = folderWith('shard-folder', { 'model.safetensors.index.json': index({ a: '1.safetensors' }) });
    mkdirSync(join(folder, '1.safetensors'));
    await expectCode('E_UNREADABLE', () => openCheckpoint(folder));
  });
});

function openFiles(): number {
  return readdirSync('/dev/fd').length;
}

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../../src/checkpoint/open.js';
import { e8m0Table, float8Table } from '../../../../src/checkpoint/safetensors/float8.js';
import { TensorFile } from '../../../../src/checkpoint/safetensors/tensorFile.js';
import type { TensorStore } from '../../../../src/checkpoint/tensorStore.js';
import { expectCode, float32, safetensors, temporaryFolder, type TestTensor } from '../helpers.js';

/** Made by torch and transformers: test/fixtures/make/scaled_golden.py. */
const GOLDEN = join(import.meta.dirname, '../../../fixtures/scaled');
const root = temporaryFolder();
let folders = 0;

async function using<T>(folder: string, work: (store: TensorStore) => Promise<T>): Promise<T> {
  const { store } = await openCheckpoint(folder);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

function folderWith(tensors: Readonly<Record<string, TestTensor>>, config: object = {}): string {
  const folder = join(root, String(folders++));
  mkdirSync(folder);
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  writeFileSync(join(folder, 'model.safetensors'), safetensors(tensors));
  return folder;
}

const bytes = (dtype: string, shape: readonly number[], of: (i: number) => number): TestTensor => ({ dtype, shape, data: Uint8Array.from({ length: shape.reduce((n, d) => n * d, 1) }, (_, i) => of(i)) });
const shaped = (shape: readonly number[], ...values: readonly number[]): TestTensor => ({ ...float32(...values), shape });
const blocks = (...size: readonly number[]): object => ({ quantization_config: { quant_method: 'fp8', weight_block_size: size } });
/** 1.0 as e4m3. */
const ONE = 0x38;
const ones = (...shape: readonly number[]): TestTensor => bytes('F8_E4M3', shape, () => ONE);
const all = (store: TensorStore, name: string): Promise<Float32Array> => store.readFloat32(name, 0, store.tensors.get(name)?.shape.reduce((n, d) => n * d, 1) ?? 0);

describe('8-bit floats', () => {
  const codes = JSON.parse(readFileSync(join(GOLDEN, 'codes.json'), 'utf8')) as Readonly<Record<string, readonly (number | string | null)[]>>;
  const numbers = (name: string): readonly number[] => codes[name].map((v) => (typeof v === 'number' ? v : Number(v?.replace('inf', 'Infinity'))));

  it.each(['F8_E4M3', 'F8_E5M2'] as const)('all 256 codes of %s are torch\'s', (dtype) => {
    expect([...float8Table(dtype)]).toEqual(numbers(dtype));
  });

  it('all 256 powers of E8M0 are torch\'s', () => {
    expect([...e8m0Table()]).toEqual(numbers('F8_E8M0'));
  });
});

describe('tensors with scales', () => {
  it('have the values that torch and transformers give, exactly, and no scales beside them', async () => {
    const expected = await TensorFile.open(join(GOLDEN, 'expected.safetensors'));
    await using(GOLDEN, async (store) => {
      expect([...store.tensors.keys()].sort()).toEqual([...expected.tensors.keys()].sort());
      for (const { name, shape } of expected.tensors.values()) {
        expect(store.tensors.get(name), name).toMatchObject({ shape, readable: true });
        expect(await all(store, name), name).toEqual(await all(expected, name));
      }
    });
    await expected.close();
  });

  it('any range of them is that range of their values', async () => {
    await using(GOLDEN, async (store) => {
      for (const { name } of store.tensors.values()) {
        const whole = await all(store, name);
        for (let start = 0; start <= whole.length; start += 29) {
          for (const count of [0, 1, 31, 100, whole.length - start].filter((n) => start + n <= whole.length)) {
            expect(await store.readFloat32(name, start, count), `${name} ${start} ${count}`).toEqual(whole.slice(start, start + count));
          }
        }
        await expectCode('E_SHAPE', () => store.readFloat32(name, whole.length, 1));
        await expectCode('E_SHAPE', () => store.readFloat32(name, -1, 1));
      }
    });
  });

  it('say how they are stored, and count both tensors\' bytes', async () => {
    await using(GOLDEN, (store) => {
      expect(store.tensors.get('cut_blocks.weight')).toMatchObject({ dtype: 'F8_E4M3', bytes: 37 * 71 + 4 * 3 * 3 });
      expect(store.tensors.get('mlp.experts.down_proj_blocks')).toMatchObject({ dtype: 'MXFP4', shape: [2, 3, 64], bytes: 2 * 3 * 2 * 17 });
      return Promise.resolve();
    });
  });

  it('may be in another shard than their scales', async () => {
    const folder = join(root, 'shards');
    mkdirSync(folder);
    writeFileSync(join(folder, 'config.json'), '{}');
    writeFileSync(join(folder, 'a.safetensors'), safetensors({ 'x.weight': ones(2, 2) }));
    writeFileSync(join(folder, 'b.safetensors'), safetensors({ 'x.weight_scale': float32(0.5) }));
    writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify({ weight_map: { 'x.weight': 'a.safetensors', 'x.weight_scale': 'b.safetensors' } }));
    await using(folder, async (store) => {
      expect([...(await all(store, 'x.weight'))]).toEqual([0.5, 0.5, 0.5, 0.5]);
    });
  });
});

describe('fp8', () => {
  it('takes 128 x 128 where the config names no size, the last blocks being what is left', async () => {
    const folder = folderWith({ 'x.weight': ones(130, 200), 'x.weight_scale_inv': shaped([2, 2], 1, 2, 3, 4) }, { quantization_config: { quant_method: 'fp8' } });
    await using(folder, async (store) => {
      const values = await all(store, 'x.weight');
      expect([values[0], values[127], values[128], values[199], values[127 * 200], values[128 * 200], values[128 * 200 + 128], values[129 * 200 + 199]]).toEqual([1, 1, 2, 2, 1, 3, 4, 4]);
    });
  });

  it('divides a weight evenly where the config leaves the size open', async () => {
    const tensors = { 'x.weight': ones(4, 6), 'x.weight_scale_inv': shaped([2, 3], 1, 2, 3, 4, 5, 6) };
    for (const quantisation of [{ quant_method: 'fp8' }, { quant_method: 'fp8', weight_block_size: null }]) {
      await using(folderWith(tensors, { quantization_config: quantisation }), async (store) => {
        expect([...(await all(store, 'x.weight'))]).toEqual([1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 4, 4, 5, 5, 6, 6]);
      });
    }
    const error = await expectCode('E_SHAPE', () => openCheckpoint(folderWith(tensors, blocks(2, 3))));
    expect(error.message).toContain('x.weight_scale_inv" [2, 3] do not fit "x.weight" [4, 6] in blocks of 2 x 3');
  });

  it('is E_TENSOR_MISSING where only some weights have scales, and names the tensor', async () => {
    const folder = folderWith({ 'x.weight': ones(2, 2), 'y.weight': ones(2, 2), 'y.weight_scale_inv': float32(1) });
    expect((await expectCode('E_TENSOR_MISSING', () => openCheckpoint(folder))).message).toContain('"x.weight_scale_inv"');
  });

  it('fused experts may share one scale, have one each, one a row, or one grid of blocks for all', async () => {
    const cases: readonly (readonly [TestTensor, (expert: number, row: number, column: number) => number])[] = [
      [float32(2), () => 2], [shaped([2], 2, 4), (e) => 2 + 2 * e], [shaped([2, 2], 1, 2, 3, 4), (e, r) => 1 + 2 * e + r], [shaped([1, 1, 2], 1, 2), (_e, _r, c) => (c < 2 ? 1 : 2)],
    ];
    for (const [scale, factor] of cases) {
      await using(folderWith({ w: ones(2, 2, 4), w_scale: scale }), async (store) => {
        const expected = Float32Array.from({ length: 16 }, (_, i) => factor(Math.floor(i / 8), Math.floor(i / 4) % 2, i % 4));
        expect(await all(store, 'w')).toEqual(expected);
        expect(await store.readFloat32('w', 5, 7)).toEqual(expected.slice(5, 12));
      });
    }
  });

  it('takes powers of two as scales, also as the type of their own', async () => {
    for (const dtype of ['U8', 'F8_E8M0']) {
      await using(folderWith({ 'x.weight': ones(2, 64), 'x.weight_scale': bytes(dtype, [2, 2], (i) => 126 + i) }, { quantization_config: { quant_method: 'mxfp8' } }), async (store) => {
        const values = await all(store, 'x.weight');
        expect([values[0], values[31], values[32], values[64], values[127]]).toEqual([0.5, 0.5, 1, 2, 4]);
      });
    }
  });

  it.each([[[3, 2]], [[2, 2, 2]], [[0, 2]], [[5]]])('scales [%s] for a weight [4, 6] are E_SHAPE', async (shape) => {
    const count = shape.reduce((n, d) => n * d, 1);
    await expectCode('E_SHAPE', () => openCheckpoint(folderWith({ 'x.weight': ones(4, 6), 'x.weight_scale': shaped(shape, ...Array<number>(count).fill(1)) })));
  });

  it('scales that are no numbers are E_DTYPE', async () => {
    await expectCode('E_DTYPE', () => openCheckpoint(folderWith({ 'x.weight': ones(2, 2), 'x.weight_scale': { dtype: 'I64', shape: [1], data: new Uint8Array(8) } })));
  });

  it('without scales is E_DTYPE when it is read, and says so', async () => {
    await using(folderWith({ 'x.weight': ones(2, 2) }), async (store) => {
      expect(store.tensors.get('x.weight')?.readable).toBe(false);
      expect((await expectCode('E_DTYPE', () => all(store, 'x.weight'))).message).toContain('scales');
    });
  });

  it('NaN in a weight or a scale, and a product past f32, are E_WEIGHTS_NOT_FINITE, with the element', async () => {
    const scale = float32(1);
    for (const tensors of [{ w: bytes('F8_E4M3', [1, 4], (i) => (i === 2 ? 0x7f : ONE)), w_scale: scale }, { w: bytes('F8_E5M2', [1, 4], (i) => (i === 2 ? 0x7c : 0x3c)), w_scale: scale }]) {
      await using(folderWith(tensors), async (store) => {
        expect([...(await store.readFloat32('w', 0, 2))]).toEqual([1, 1]);
        expect((await expectCode('E_WEIGHTS_NOT_FINITE', () => store.readFloat32('w', 1, 3))).message).toContain('element 2');
      });
    }
    await using(folderWith({ w: bytes('F8_E4M3', [1, 1], () => 0x7e), w_scale: float32(3e38) }), async (store) => {
      await expectCode('E_WEIGHTS_NOT_FINITE', () => all(store, 'w'));
    });
    await using(folderWith({ w: ones(1, 1), w_scale: float32(NaN) }), async (store) => {
      await expectCode('E_WEIGHTS_NOT_FINITE', () => all(store, 'w'));
    });
  });

  it('a tensor of another type keeps the scales beside it', async () => {
    await using(folderWith({ w: float32(1, 2), w_scale: float32(3) }), async (store) => {
      expect([...(await all(store, 'w')), ...(await all(store, 'w_scale'))]).toEqual([1, 2, 3]);
    });
  });
});

describe('MXFP4', () => {
  it('reads more than it decodes at a time', async () => {
    const count = 70_000;
    await using(folderWith({ p_blocks: bytes('U8', [count, 16], (i) => (i % 16 === 15 ? 0x21 : 0x10)), p_scales: bytes('U8', [count], (i) => 126 + (i % 3)) }), async (store) => {
      const values = await all(store, 'p_blocks');
      expect(values).toHaveLength(count * 32);
      for (const block of [0, 1, 65_535, 65_536, 69_999]) {
        const scale = 2 ** ((block % 3) - 1);
        expect([...values.subarray(block * 32, block * 32 + 2), ...values.subarray(block * 32 + 30, block * 32 + 32)]).toEqual([0, 0.5 * scale, 0.5 * scale, scale]);
      }
    });
  });

  it.each([
    ['scales of another count', bytes('U8', [2, 16], () => 0), bytes('U8', [3], () => 127)], ['blocks of another size', bytes('U8', [2, 8], () => 0), bytes('U8', [2], () => 127)],
    ['no dimension of blocks', bytes('U8', [16], () => 0), bytes('U8', [], () => 127)], ['other dimensions', bytes('U8', [2, 2, 16], () => 0), bytes('U8', [4], () => 127)],
  ] as const)('%s: E_SHAPE', async (_, p_blocks, p_scales) => {
    await expectCode('E_SHAPE', () => openCheckpoint(folderWith({ p_blocks, p_scales })));
  });

  it('a scale of 255 is NaN: E_WEIGHTS_NOT_FINITE', async () => {
    await using(folderWith({ p_blocks: bytes('U8', [1, 16], () => 0x22), p_scales: bytes('U8', [1], () => 255) }), async (store) => {
      await expectCode('E_WEIGHTS_NOT_FINITE', () => store.readFloat32('p_blocks', 3, 5));
    });
  });

  it('blocks without scales are bytes, which can\'t be read as numbers', async () => {
    await using(folderWith({ p_blocks: bytes('U8', [1, 16], () => 0) }), async (store) => {
      expect(store.tensors.get('p_blocks')).toMatchObject({ dtype: 'U8', readable: false });
      await expectCode('E_DTYPE', () => all(store, 'p_blocks'));
    });
  });
});

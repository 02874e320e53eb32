import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TorchFile } from '../../../../src/checkpoint/torch/torchFile.js';
import { elementCount } from '../../../../src/checkpoint/readRange.js';
import { expectCode } from '../helpers.js';

/** Made by torch itself: test/fixtures/make/torch_golden.py. */
const FOLDER = join(import.meta.dirname, '../../../fixtures/torch');

interface GoldenTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Absent for types that are listed but not read. */
  readonly values?: readonly number[];
}

const golden = JSON.parse(readFileSync(join(FOLDER, 'golden.json'), 'utf8')) as Readonly<Record<string, Readonly<Record<string, GoldenTensor>>>>;

async function using<T>(name: string, work: (file: TorchFile) => Promise<T>): Promise<T> {
  const file = await TorchFile.open(join(FOLDER, name));
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

describe('files of torch.save', () => {
  it.each(Object.entries(golden))('%s has the tensors that torch.load gives, with their types, shapes and values', async (name, expected) => {
    await using(name, async (file) => {
      expect([...file.tensors.keys()]).toEqual(Object.keys(expected));
      for (const [tensor, { dtype, shape, values }] of Object.entries(expected)) {
        expect(file.tensors.get(tensor), tensor).toMatchObject({ name: tensor, dtype, shape, readable: values !== undefined });
        if (values === undefined) await expectCode('E_DTYPE', () => file.readFloat32(tensor, 0, 1));
        else expect([...(await file.readFloat32(tensor, 0, values.length))], tensor).toEqual([...Float32Array.from(values)]);
      }
    });
  });

  it('any range of a view is that range of its values, whatever its strides', async () => {
    await using('views.pt', async (file) => {
      for (const [tensor, { values = [] }] of Object.entries(golden['views.pt'])) {
        for (let start = 0; start <= values.length; start += 3) {
          for (const count of [0, 1, 7, values.length - start].filter((n) => start + n <= values.length)) {
            expect([...(await file.readFloat32(tensor, start, count))], `${tensor} ${start} ${count}`).toEqual([...Float32Array.from(values.slice(start, start + count))]);
          }
        }
      }
    });
  });

  it('a range beyond a tensor is E_SHAPE, also where its storage goes on; a name that is not there E_TENSOR_MISSING', async () => {
    await using('views.pt', async (file) => {
      const size = elementCount(file.tensors.get('rows')?.shape ?? []);
      await expectCode('E_SHAPE', () => file.readFloat32('rows', size - 1, 2));
      await expectCode('E_SHAPE', () => file.readFloat32('transposed', -1, 1));
      await expectCode('E_TENSOR_MISSING', () => file.readFloat32('__proto__', 0, 1));
    });
  });

  it('a tensor that was saved expanded is E_SHAPE: it has more elements than the file', async () => {
    expect((await expectCode('E_SHAPE', () => TorchFile.open(join(FOLDER, 'expanded.pt')))).hint).toContain('contiguous');
  });

  it('a file from before torch 1.6 is E_PICKLE and says how to convert it', async () => {
    const error = await expectCode('E_PICKLE', () => TorchFile.open(join(FOLDER, 'legacy.pt')));
    expect(error.message).toContain('before 1.6');
    expect(error.hint).toContain('safetensors');
  });

  it('a whole module instead of its weights is E_PICKLE, and names its class', async () => {
    expect((await expectCode('E_PICKLE', () => TorchFile.open(join(FOLDER, 'whole_module.pt')))).message).toContain('torch.nn.modules.linear.Linear');
  });

  it('TorchScript is E_FORMAT_UNSUPPORTED', async () => {
    expect((await expectCode('E_FORMAT_UNSUPPORTED', () => TorchFile.open(join(FOLDER, 'torchscript.pt')))).message).toContain('TorchScript');
  });

  it('can be closed twice; reads after it are E_UNREADABLE', async () => {
    const file = await TorchFile.open(join(FOLDER, 'views.pt'));
    await file.close();
    await file.close();
    await expectCode('E_UNREADABLE', () => file.readFloat32('whole', 0, 1));
  });
});

import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../../src/base/errors.js';
import { TorchFile } from '../../../../src/checkpoint/torch/torchFile.js';
import { expectCode, temporaryFolder } from '../helpers.js';
import { counts, dict, floats, op, pickle, plainTensor, storage, tensor, torchArchive, zip, type PlainTensor } from './archives.js';

const root = temporaryFolder();
let files = 0;

function written(bytes: Uint8Array | string): string {
  const path = join(root, `${files++}.pt`);
  writeFileSync(path, bytes);
  return path;
}

const open = (bytes: Uint8Array | string): Promise<TorchFile> => TorchFile.open(written(bytes));
const FOUR = { 0: floats(1, 2, 3, 4) };
const of = (description: PlainTensor, storages: Readonly<Record<string, Uint8Array>> = FOUR): Buffer => torchArchive(pickle(dict({ a: plainTensor(description) })), storages);
const plain: PlainTensor = { count: 4, size: [4], stride: [1] };

async function values(bytes: Uint8Array, name = 'a'): Promise<readonly number[]> {
  const file = await open(bytes);
  try {
    return [...(await file.readFloat32(name, 0, file.tensors.get(name)?.shape.reduce((n, d) => n * d, 1) ?? 0))];
  } finally {
    await file.close();
  }
}

describe('TorchFile', () => {
  it('reads what a small archive holds', async () => {
    expect(await values(of(plain))).toEqual([1, 2, 3, 4]);
    expect(await values(of({ ...plain, offset: 1, size: [3] }))).toEqual([2, 3, 4]);
    expect(await values(of({ ...plain, size: [2, 2], stride: [1, 2] }))).toEqual([1, 3, 2, 4]);
    expect(await values(of({ ...plain, size: [], stride: [] }))).toEqual([1]);
  });

  it('the stride of a dimension of size 1, and all strides of an empty tensor, do not matter', async () => {
    expect(await values(of({ ...plain, size: [1, 4, 1], stride: [99, 1, 12345] }))).toEqual([1, 2, 3, 4]);
    expect(await values(of({ ...plain, size: [0, 7], stride: [99, 99] }))).toEqual([]);
  });

  it('takes a storage that is larger than what its tensor needs, and a record that is larger than its storage', async () => {
    expect(await values(of({ ...plain, count: 2, size: [2] }))).toEqual([1, 2]);
  });

  it('finds the weights in what training scripts save', async () => {
    const inner = dict({ w: plainTensor(plain) });
    for (const key of ['state_dict', 'model', 'module']) {
      const bytes = torchArchive(pickle(dict({ epoch: op.int(3), other: plainTensor({ ...plain, size: [1] }), [key]: inner })), FOUR);
      expect(await values(bytes, 'w')).toEqual([1, 2, 3, 4]);
    }
  });

  it('says which element is NaN, in the order of the tensor', async () => {
    const bytes = of({ ...plain, size: [2, 2], stride: [1, 2] }, { 0: floats(1, 2, NaN, 4) });
    expect((await expectCode('E_WEIGHTS_NOT_FINITE', () => values(bytes))).message).toContain('element 1');
  });

  it('a double that is too large for f32 is E_WEIGHTS_NOT_FINITE; long runs of them are read in parts', async () => {
    const doubles = Float64Array.from({ length: 300_000 }, (_, i) => i / 3);
    const many = { type: 'DoubleStorage', count: doubles.length, size: [doubles.length], stride: [1] };
    expect(await values(of(many, { 0: new Uint8Array(doubles.buffer) }))).toEqual([...Float32Array.from(doubles)]);
    doubles[299_999] = 1e300;
    expect((await expectCode('E_WEIGHTS_NOT_FINITE', () => values(of(many, { 0: new Uint8Array(doubles.buffer) })))).message).toContain('element 299999');
  });
});

const WRONG_TENSORS = ([
  ['a record that is not there', { ...plain, key: '1' }, 'E_OFFSETS'],
  ['a key that leads out of data/', { ...plain, key: '../data.pkl' }, 'E_OFFSETS'],
  ['a storage longer than its record', { ...plain, count: 5 }, 'E_OFFSETS'],
  ['a storage of another type, longer for it', { ...plain, type: 'DoubleStorage' }, 'E_OFFSETS'],
  ['more elements than the storage', { ...plain, size: [5] }, 'E_SHAPE'],
  ['elements without end', { ...plain, size: [2 ** 31 - 1, 2 ** 31 - 1, 2 ** 31 - 1], stride: [0, 0, 0] }, 'E_SHAPE'],
  ['more elements than numbers reach', { ...plain, size: Array<number>(16).fill(2 ** 31 - 1), stride: Array<number>(16).fill(0) }, 'E_SHAPE'],
  ['no elements of very many', { ...plain, size: [...Array<number>(15).fill(2 ** 31 - 1), 0], stride: Array<number>(16).fill(0) }, undefined],
  ['elements repeated by a stride of 0', { ...plain, size: [2, 4], stride: [0, 1] }, 'E_SHAPE'],
  ['an offset behind the storage', { ...plain, offset: 1 }, 'E_OFFSETS'],
  ['a stride that leads behind the storage', { ...plain, size: [2, 2], stride: [3, 1] }, 'E_OFFSETS'],
  ['a stride that leads far behind it', { ...plain, size: [2], stride: [2 ** 31 - 1] }, 'E_OFFSETS'],
  ['an empty tensor behind the storage', { ...plain, offset: 5, size: [0] }, 'E_OFFSETS'],
] as readonly (readonly [string, PlainTensor, ErrorCode | undefined])[]).map(([what, description, code]) => ({ what, description, code }));

describe('a tensor that does not fit its archive', () => {
  it.each(WRONG_TENSORS)('$what: $code', async ({ description, code }) => {
    if (code === undefined) expect(await values(of(description))).toEqual([]);
    else await expectCode(code, () => open(of(description)));
  });

  it('with numbers past 2^31: E_SHAPE or E_OFFSETS', async () => {
    const large = op.long(0, 0, 0, 0, 0, 0, 0x10); // 2^52
    const from = storage('FloatStorage', '0', op.int(4));
    await expectCode('E_OFFSETS', () => open(torchArchive(pickle(dict({ a: tensor(from, large, counts([1]), counts([1])) })), FOUR)));
    await expectCode('E_SHAPE', () => open(torchArchive(pickle(dict({ a: tensor(from, op.int(0), Buffer.concat([large, large, op.tuple2]), counts([0, 0])) })), FOUR)));
    await expectCode('E_OFFSETS', () => open(torchArchive(pickle(dict({ a: tensor(from, op.int(0), counts([1, 2]), Buffer.concat([large, large, op.tuple2])) })), FOUR)));
    await expectCode('E_OFFSETS', () => open(torchArchive(pickle(dict({ a: tensor(storage('FloatStorage', '0', large), op.int(0), counts([1]), counts([1])) })), FOUR)));
  });
});

const PICKLE = pickle(dict({ a: plainTensor(plain) }));
const WRONG_FILES = ([
  ['nothing', '', 'E_EMPTY'],
  ['a few bytes', 'PK', 'E_PICKLE'],
  ['a pickle', Buffer.from([0x80, 2, 0x4e, 0x2e]), 'E_PICKLE'],
  ['random bytes', Buffer.alloc(1000, 7), 'E_PICKLE'],
  ['a Git LFS pointer', 'version https\n', 'E_HEADER_INVALID'],
  ['a zip archive of something else', zip([{ name: 'word/document.xml', data: Buffer.from('<x/>') }]), 'E_HEADER_INVALID'],
  ['a zip archive without its end', zip([{ name: 'a/data.pkl', data: PICKLE }]).subarray(0, 100), 'E_HEADER_TRUNCATED'],
  ['a compressed pickle', zip([{ name: 'a/data.pkl', data: PICKLE, method: 8 }]), 'E_HEADER_INVALID'],
  ['a compressed storage', zip([{ name: 'a/data.pkl', data: PICKLE }, { name: 'a/data/0', data: floats(1, 2, 3, 4), method: 8, size: 1e9 }]), 'E_HEADER_INVALID'],
  ['a pickle of 16 MiB and more', zip([{ name: 'a/data.pkl', data: Buffer.alloc(16 * 2 ** 20 + 1) }]), 'E_HEADER_INVALID'],
  ['numbers in the other byte order', torchArchive(PICKLE, FOUR, { byteorder: 'big' }), 'E_FORMAT_UNSUPPORTED'],
  ['a byte order without end', torchArchive(PICKLE, FOUR, { byteorder: 'little'.repeat(100) }), 'E_HEADER_INVALID'],
  ['no tensors', torchArchive(pickle(op.emptyDict)), 'E_HEADER_INVALID'],
  ['a tensor without a name', torchArchive(pickle(plainTensor(plain)), FOUR), 'E_HEADER_INVALID'],
  ['a list of tensors', torchArchive(pickle(op.emptyList, plainTensor(plain), op.append), FOUR), 'E_HEADER_INVALID'],
  ['weights two dicts deep', torchArchive(pickle(dict({ a: dict({ b: dict({ w: plainTensor(plain) }) }) })), FOUR), 'E_HEADER_INVALID'],
  ['a command', torchArchive(pickle(op.global('os', 'system'), op.mark, op.text('touch PWNED'), op.tuple, op.reduce)), 'E_PICKLE'],
  ['a command among tensors', torchArchive(pickle(dict({ a: plainTensor(plain), b: Buffer.concat([op.global('os', 'system'), op.mark, op.text('touch PWNED'), op.tuple, op.reduce]) })), FOUR), 'E_PICKLE'],
] as readonly (readonly [string, Uint8Array | string, ErrorCode])[]).map(([what, bytes, code]) => ({ what, bytes, code }));

describe('a file that is not weights of torch.save', () => {
  it.each(WRONG_FILES)('$what: $code', async ({ bytes, code }) => {
    const before = readdirSync('/dev/fd').length;
    const path = written(bytes);
    expect((await expectCode(code, () => TorchFile.open(path))).message).toContain(path);
    expect(readdirSync('/dev/fd')).toHaveLength(before);
  });

  it('that is not there is E_SHARD_MISSING, a folder E_UNREADABLE', async () => {
    await expectCode('E_SHARD_MISSING', () => TorchFile.open(join(root, 'none.pt')));
    await expectCode('E_UNREADABLE', () => TorchFile.open(root));
  });

  it('takes "little" as a byte order', async () => {
    expect(await values(torchArchive(PICKLE, FOUR, { byteorder: 'little' }))).toEqual([1, 2, 3, 4]);
  });
});

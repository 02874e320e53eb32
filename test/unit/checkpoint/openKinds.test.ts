import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Format } from '../../../src/checkpoint/checkpoint.js';
import { openCheckpoint, openCheckpointHeader } from '../../../src/checkpoint/open.js';
import { entry, gguf, TENSOR } from './gguf/writeGguf.js';
import { expectCode, float32, safetensors, temporaryFolder, writeHubRepo } from './helpers.js';
import { dict, floats, pickle, plainTensor, torchArchive } from './torch/archives.js';

const root = temporaryFolder();
let folders = 0;

function folderWith(files: Readonly<Record<string, string | Uint8Array>>, name = `m${folders++}`): string {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), content);
  return folder;
}

interface Opened {
  readonly name: string;
  readonly path: string;
  readonly format: Format;
  /** First element of each tensor. */
  readonly firsts: Readonly<Record<string, number>>;
  readonly weightBytes: number;
}

async function opened(path: string): Promise<Opened> {
  const checkpoint = await openCheckpoint(path);
  try {
    const firsts: Record<string, number> = {};
    for (const tensor of checkpoint.store.tensors.keys()) [firsts[tensor]] = await checkpoint.store.readFloat32(tensor, 0, 1);
    return { name: checkpoint.name, path: checkpoint.path, format: checkpoint.format, firsts, weightBytes: checkpoint.weightBytes };
  } finally {
    await checkpoint.store.close();
  }
}

/** A file of torch.save in which each tensor holds one number. */
function torch(tensors: Readonly<Record<string, number>>): Buffer {
  const names = Object.keys(tensors);
  const described = names.map((name, i) => [name, plainTensor({ key: String(i), count: 1, size: [1], stride: [1] })] as const);
  return torchArchive(pickle(dict(Object.fromEntries(described))), Object.fromEntries(names.map((name, i) => [i, floats(tensors[name])])), { byteorder: 'little' });
}

const index = (map: Readonly<Record<string, string>>): string => JSON.stringify({ metadata: { total_size: 8 }, weight_map: map });

describe('openCheckpoint on torch files', () => {
  const [first, second] = ['pytorch_model-00001-of-00002.bin', 'pytorch_model-00002-of-00002.bin'];
  const last = torch({ b: 2 });
  const shards = { 'config.json': '{}', [first]: torch({ a: 1, extra: 9 }), [second]: last, 'pytorch_model.bin.index.json': index({ a: first, b: second }) };

  it('opens shards by their index, as the paper\'s checkpoint was released: the folder, the index, either shard, the config', async () => {
    const folder = folderWith(shards);
    for (const path of [folder, ...['pytorch_model.bin.index.json', first, second, 'config.json'].map((file) => join(folder, file))]) {
      expect(await opened(path)).toEqual({ name: basename(folder), path: folder, format: 'torch', firsts: { a: 1, b: 2 }, weightBytes: shards[first].length + shards[second].length });
    }
  });

  it('opens pytorch_model.bin alone, and as a file', async () => {
    const folder = folderWith({ 'config.json': '{}', 'pytorch_model.bin': torch({ a: 3 }), 'training_args.bin': 'x', 'optimizer.pt': 'x', 'rng_state_0.pth': 'x' });
    for (const path of [folder, join(folder, 'pytorch_model.bin')]) expect(await opened(path)).toMatchObject({ format: 'torch', firsts: { a: 3 } });
  });

  it.each(['model.pt', 'consolidated.00.pth', 'last.ckpt', 'weights.BIN'])('opens the only torch file of a folder whatever its name: %s', async (file) => {
    expect(await opened(folderWith({ 'config.json': '{}', [file]: torch({ a: 4 }) }))).toMatchObject({ format: 'torch', firsts: { a: 4 } });
  });

  it('a file that the index does not name stands for itself', async () => {
    const folder = folderWith({ ...shards, 'other.bin': torch({ c: 5 }) });
    expect((await opened(join(folder, 'other.bin'))).firsts).toEqual({ c: 5 });
    expect((await opened(folder)).firsts).toEqual({ a: 1, b: 2 });
  });

  it('safetensors go before torch files, as in transformers; a torch file that is named does not', async () => {
    const folder = folderWith({ ...shards, 'model.safetensors': safetensors({ s: float32(7) }), 'pytorch_model.bin': torch({ a: 3 }) });
    expect(await opened(folder)).toMatchObject({ format: 'safetensors', firsts: { s: 7 } });
    expect(await opened(join(folder, 'pytorch_model.bin'))).toMatchObject({ format: 'torch', firsts: { a: 3 } });
    expect(await opened(join(folder, first))).toMatchObject({ format: 'torch', firsts: { a: 1, b: 2 } });
  });

  it('an index with a shard that is missing, of other tensors, damaged, or a link out of the cache', async () => {
    const { [second]: _, ...without } = shards;
    await expectCode('E_SHARD_MISSING', () => openCheckpoint(folderWith(without)));
    await expectCode('E_TENSOR_MISSING', () => openCheckpoint(folderWith({ ...shards, [second]: torch({ c: 1 }) })));
    await expectCode('E_PICKLE', () => openCheckpoint(folderWith({ ...shards, [second]: Buffer.from('\u0080\u0002N.', 'latin1') })));
    await expectCode('E_PATH', () => openCheckpoint(folderWith({ ...shards, 'pytorch_model.bin.index.json': index({ a: '../../x.bin' }) })));
    const linked = folderWith(without);
    writeFileSync(join(root, 'blob'), shards[second]);
    symlinkSync('../blob', join(linked, second));
    expect((await opened(linked)).firsts).toEqual({ a: 1, b: 2 });
  });

  it('leaves no file open after an error', async () => {
    const before = readdirSync('/dev/fd').length;
    await expectCode('E_HEADER_TRUNCATED', () => openCheckpoint(folderWith({ ...shards, [second]: last.subarray(0, 200) })));
    expect(readdirSync('/dev/fd')).toHaveLength(before);
  });
});

describe('openCheckpoint on safetensors', () => {
  const [first, second] = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
  const shards = { 'config.json': '{}', [first]: safetensors({ a: float32(1) }), [second]: safetensors({ b: float32(2) }), 'model.safetensors.index.json': index({ a: first, b: second }) };

  it('a shard stands for all shards of its index, the index for itself', async () => {
    const folder = folderWith(shards);
    for (const path of [folder, ...['model.safetensors.index.json', first, second].map((file) => join(folder, file))]) expect(await opened(path)).toMatchObject({ path: folder, format: 'safetensors', firsts: { a: 1, b: 2 } });
  });

  it('a file that no index names stands for itself', async () => {
    const folder = folderWith({ ...shards, 'consolidated.safetensors': safetensors({ c: float32(3) }) });
    expect((await opened(join(folder, 'consolidated.safetensors'))).firsts).toEqual({ c: 3 });
  });
});

describe('openCheckpoint on GGUF', () => {
  const one = { name: 'a', shape: [1], type: TENSOR.F32, data: floats(1) };
  const model = gguf({ entries: [entry('general.architecture', 'string', 'olmoe')], tensors: [one] });
  const named = gguf({ entries: [entry('general.architecture', 'string', 'olmoe'), entry('general.name', 'string', 'A Model')], tensors: [one] });
  const part = (no: number, tensor: string, value: number): Buffer => gguf({
    entries: [entry('general.architecture', 'string', 'olmoe'), entry('split.no', 'u16', no), entry('split.count', 'u16', 2), entry('split.tensors.count', 'i32', 2)],
    tensors: [{ ...one, name: tensor, data: floats(value) }],
  });
  const split = { 'm-00001-of-00002.gguf': part(0, 'a', 1), 'm-00002-of-00002.gguf': part(1, 'b', 2) };

  it('a file: called by its metadata, else by its name', async () => {
    const folder = folderWith({ 'x-Q4_0.gguf': model, 'y.GGUF': named });
    expect(await opened(join(folder, 'x-Q4_0.gguf'))).toEqual({ name: 'x-Q4_0', path: join(folder, 'x-Q4_0.gguf'), format: 'gguf', firsts: { a: 1 }, weightBytes: model.length });
    expect(await opened(join(folder, 'y.GGUF'))).toMatchObject({ name: 'A Model', path: join(folder, 'y.GGUF') });
  });

  it('any part of a set, or its folder: the whole set, at its first file', async () => {
    const folder = folderWith(split);
    for (const path of [folder, ...Object.keys(split).map((file) => join(folder, file))]) {
      expect(await opened(path)).toMatchObject({ path: join(folder, 'm-00001-of-00002.gguf'), format: 'gguf', firsts: { a: 1, b: 2 }, weightBytes: split['m-00001-of-00002.gguf'].length + split['m-00002-of-00002.gguf'].length });
    }
  });

  it('a blob of Ollama, known by its first bytes; any other file of that kind of name is not a checkpoint', async () => {
    const folder = folderWith({ 'sha256-0123': model, 'sha256-4567': '{"a":1}', 'sha256-89ab': 'GG' });
    expect(await opened(join(folder, 'sha256-0123'))).toMatchObject({ name: 'sha256-0123', format: 'gguf', firsts: { a: 1 } });
    await expectCode('E_FORMAT_UNSUPPORTED', () => openCheckpoint(join(folder, 'sha256-4567')));
    await expectCode('E_FORMAT_UNSUPPORTED', () => openCheckpoint(join(folder, 'sha256-89ab')));
  });

  it('a folder with one GGUF, also beside a config.json, a projector or notes', async () => {
    for (const more of [{}, { 'config.json': '{"model_type":"other"}' }, { 'mmproj-F16.gguf': model, 'README.md': '' }]) {
      const folder = folderWith({ 'm.gguf': model, ...more });
      expect(await opened(folder)).toMatchObject({ path: join(folder, 'm.gguf'), format: 'gguf' });
    }
  });

  it('a folder with several is E_MODEL_NOT_FOUND and names them; other weights go before them', async () => {
    const folder = folderWith({ 'a.gguf': model, 'b.gguf': model });
    expect((await expectCode('E_MODEL_NOT_FOUND', () => openCheckpoint(folder))).message).toContain('a.gguf, b.gguf');
    expect(await opened(folderWith({ 'a.gguf': model, 'config.json': '{}', 'model.safetensors': safetensors({ s: float32(7) }) }))).toMatchObject({ format: 'safetensors' });
    expect(await opened(folderWith({ 'a.gguf': model, 'config.json': '{}', 'pytorch_model.bin': torch({ s: 7 }) }))).toMatchObject({ format: 'torch' });
  });

  it('a set without one of its parts is E_SHARD_MISSING, from its folder too', async () => {
    await expectCode('E_SHARD_MISSING', () => openCheckpoint(folderWith({ 'm-00001-of-00002.gguf': split['m-00001-of-00002.gguf'] })));
    await expectCode('E_SHARD_MISSING', () => openCheckpoint(folderWith({ 'm-00002-of-00002.gguf': split['m-00002-of-00002.gguf'] })));
  });

  it('in Hugging Face\'s cache: the repository, its snapshot, and the link to the blob', async () => {
    const snapshot = join(root, 'hub', 'models--org--some-GGUF', 'snapshots', 'c0ffee');
    for (const folder of [snapshot, join(snapshot, '../../blobs'), join(snapshot, '../../refs')]) mkdirSync(folder, { recursive: true });
    writeFileSync(join(snapshot, '../../refs/main'), 'c0ffee');
    writeFileSync(join(snapshot, '../../blobs/0123'), model);
    symlinkSync('../../blobs/0123', join(snapshot, 'm-Q4_K_M.gguf'));
    for (const path of [join(snapshot, '../..'), snapshot, join(snapshot, 'm-Q4_K_M.gguf')]) expect(await opened(path)).toMatchObject({ name: 'm-Q4_K_M', path: join(snapshot, 'm-Q4_K_M.gguf'), format: 'gguf' });
    expect(await opened(join(snapshot, '../../blobs/0123'))).toMatchObject({ format: 'gguf' });
  });
});

describe('openCheckpointHeader', () => {
  it('opens the same checkpoints', async () => {
    const snapshot = await writeHubRepo(join(root, 'hub2'), 'org/model');
    for (const path of [snapshot, folderWith({ 'config.json': '{}', 'pytorch_model.bin': torch({ a: 3 }) }), folderWith({ 'm.gguf': gguf({ entries: [entry('general.architecture', 'string', 'olmoe')] }) })]) {
      const [full, header] = [await openCheckpoint(path), await openCheckpointHeader(path)];
      await Promise.all([full.store.close(), header.store.close()]);
      expect({ ...header, store: [...header.store.tensors] }).toEqual({ ...full, store: [...full.store.tensors] });
    }
  });
});

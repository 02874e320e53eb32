import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../src/checkpoint/open.js';
import { expectCode, float32, safetensors, temporaryFolder, writeCheckpoint, writeHubRepo } from './helpers.js';

const root = temporaryFolder();
const weights = safetensors({ a: float32(1) });

function folderWith(name: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), content);
  return folder;
}

async function opened(path: string): Promise<{ name: string; path: string }> {
  const { name, path: folder, store } = await openCheckpoint(path);
  await store.close();
  return { name, path: folder };
}

describe('openCheckpoint', () => {
  it('takes a folder, or a file in it, absolute or relative', async () => {
    const folder = await writeCheckpoint(join(root, 'my-model'));
    const expected = { name: 'my-model', path: folder };
    expect(await opened(folder)).toEqual(expected);
    expect(await opened(`${folder}/`)).toEqual(expected);
    expect(await opened(join(folder, 'config.json'))).toEqual(expected);
    expect(await opened(join(folder, 'model.safetensors'))).toEqual(expected);
    expect(await opened(relative(process.cwd(), folder))).toEqual(expected);
  });

  it('gives config, format and size', async () => {
    const checkpoint = await openCheckpoint(folderWith('size', { 'config.json': '{"model_type":"x"}', 'model.safetensors': weights }));
    await checkpoint.store.close();
    expect(checkpoint).toMatchObject({ format: 'safetensors', config: { model_type: 'x' }, weightBytes: weights.length });
  });

  it.each(['', 'no-such-folder', 'my-model/none', 'my-model/config.json/x', 'a\0b', 'x'.repeat(5000)].map((path) => ({ path, label: path.slice(0, 20) })))('"$label" is E_MODEL_NOT_FOUND', async ({ path }) => {
    await writeCheckpoint(join(root, 'my-model'));
    await expectCode('E_MODEL_NOT_FOUND', () => openCheckpoint(path === '' ? '' : `${root}/${path}`));
  });

  it.each([
    ['an empty folder', {}, 'E_CONFIG_MISSING'],
    ['weights without a config', { 'model.safetensors': weights }, 'E_CONFIG_MISSING'],
    ['a config without weights', { 'config.json': '{}', 'tokenizer.json': '{}' }, 'E_WEIGHTS_MISSING'],
    ['shards without an index', { 'config.json': '{}', 'model-00001-of-00002.safetensors': weights }, 'E_WEIGHTS_MISSING'],
    ['torch .bin', { 'config.json': '{}', 'pytorch_model.bin': 'x' }, 'E_PICKLE'],
    ['an empty torch .pt', { 'config.json': '{}', 'model.pt': '' }, 'E_EMPTY'],
    ['an index of torch .bin shards that names none', { 'config.json': '{}', 'pytorch_model-00001-of-00002.bin': 'x', 'pytorch_model.bin.index.json': '{}' }, 'E_INDEX_INVALID'],
    ['torch .bin shards without an index', { 'config.json': '{}', 'pytorch_model-00001-of-00002.bin': 'x' }, 'E_WEIGHTS_MISSING'],
    ['two torch files', { 'config.json': '{}', 'consolidated.00.pth': 'x', 'consolidated.01.pth': 'x' }, 'E_WEIGHTS_MISSING'],
    ['torch .pth', { 'config.json': '{}', 'consolidated.00.pth': 'x' }, 'E_PICKLE'],
    ['only what a Trainer leaves', { 'config.json': '{}', 'training_args.bin': 'x', 'optimizer.pt': 'x' }, 'E_WEIGHTS_MISSING'],
    ['a damaged GGUF beside a config', { 'config.json': '{}', 'm.gguf': 'GGUF' }, 'E_GGUF_TRUNCATED'],
    ['a damaged GGUF alone', { 'm.gguf': 'GGUF' }, 'E_GGUF_TRUNCATED'],
    ['a quantisation that is not read', { 'config.json': '{"quantization_config":{"quant_method":"gptq"}}', 'model.safetensors': weights }, 'E_CONFIG_UNSUPPORTED'],
    ['an empty config', { 'config.json': '', 'model.safetensors': weights }, 'E_CONFIG_INVALID'],
    ['a config that is a list', { 'config.json': '[]', 'model.safetensors': weights }, 'E_CONFIG_INVALID'],
    ['a config that is not UTF-8', { 'config.json': Uint8Array.of(0x7b, 0xff), 'model.safetensors': weights }, 'E_CONFIG_INVALID'],
    ['a config of 5 MB', { 'config.json': `{"a":"${'x'.repeat(5e6)}"}`, 'model.safetensors': weights }, 'E_CONFIG_INVALID'],
    ['an index that is no JSON', { 'config.json': '{}', 'model.safetensors.index.json': '{' }, 'E_INDEX_INVALID'],
  ] as const)('%s: %s', async (name, files, code) => {
    await expectCode(code, () => openCheckpoint(folderWith(`case ${name}`, files)));
  });

  it.each([['m.gguf', 'E_GGUF_MAGIC', 'not a GGUF file'], ['m.bin', 'E_PICKLE', 'not executed'], ['m.safetensors', 'E_HEADER_TRUNCATED', 'too few'], ['notes.txt', 'E_FORMAT_UNSUPPORTED', 'not a checkpoint']] as const)('the file %s is %s', async (file, code, words) => {
    expect((await expectCode(code, () => openCheckpoint(join(folderWith('files', { 'config.json': '{}', [file]: 'x' }), file)))).message).toContain(words);
  });

  it('tells of a pickle what to do', async () => {
    expect((await expectCode('E_PICKLE', () => openCheckpoint(folderWith('p', { 'config.json': '{}', 'model.pt': 'x' })))).hint).toContain('safetensors');
  });

  it('says E_UNREADABLE when a config is a folder, and when model.safetensors is one', async () => {
    mkdirSync(join(root, 'odd', 'config.json'), { recursive: true });
    await expectCode('E_UNREADABLE', () => openCheckpoint(join(root, 'odd')));
    mkdirSync(join(folderWith('odd2', { 'config.json': '{}' }), 'model.safetensors'));
    await expectCode('E_UNREADABLE', () => openCheckpoint(join(root, 'odd2')));
  });

  it('a model.safetensors that is a dangling link is E_SHARD_MISSING: a download that did not finish', async () => {
    symlinkSync('../nowhere', join(folderWith('dangling', { 'config.json': '{}' }), 'model.safetensors'));
    await expectCode('E_SHARD_MISSING', () => openCheckpoint(join(root, 'dangling')));
  });
});

describe('openCheckpoint in Hugging Face\'s cache', () => {
  const hub = join(root, 'hub');

  it('follows refs/main to its snapshot, and names the model ORG/NAME', async () => {
    const old = await writeHubRepo(hub, 'org/model', { commit: 'aaaa' });
    const main = await writeHubRepo(hub, 'org/model', { commit: 'bbbb' });
    expect(await opened(join(hub, 'models--org--model'))).toEqual({ name: 'org/model', path: main });
    expect(await opened(old)).toEqual({ name: 'org/model', path: old });
    expect(await opened(join(main, 'config.json'))).toEqual({ name: 'org/model', path: main });
  });

  it('knows models without an organisation', async () => {
    await writeHubRepo(hub, 'gpt2');
    expect((await opened(join(hub, 'models--gpt2'))).name).toBe('gpt2');
  });

  it('takes the newest snapshot when refs/main is missing or names one that is gone', async () => {
    const snapshot = await writeHubRepo(hub, 'org/other-revision', { ref: false });
    const repo = join(hub, 'models--org--other-revision');
    expect((await opened(repo)).path).toBe(snapshot);
    writeFileSync(join(repo, 'refs', 'main'), 'gone\n');
    expect((await opened(repo)).path).toBe(snapshot);
    rmSync(join(repo, 'snapshots'), { recursive: true });
    await expectCode('E_MODEL_NOT_FOUND', () => openCheckpoint(repo));
  });

  it.each(['../../../..', '..', 'a/b', '', 'a\\b', '/etc', 'x'.repeat(2000)].map((ref) => ({ ref, label: ref.slice(0, 20) })))('a refs/main of "$label" does not lead out of the cache', async ({ ref }) => {
    await writeHubRepo(hub, 'org/evil');
    writeFileSync(join(hub, 'models--org--evil', 'refs', 'main'), ref);
    await expectCode(ref.length > 1000 ? 'E_UNREADABLE' : 'E_PATH', () => openCheckpoint(join(hub, 'models--org--evil')));
  });
});

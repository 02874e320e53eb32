/** The list of models as the panel and the terminal get it: opened by the real families. */
import { cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findModels } from '../../../src/engine/discovery.js';
import type { Discovery, Progress } from '../../../src/protocol/engineApi.js';
import { expectCode, temporaryFolder, writeHubRepo, writeOllamaModel } from '../checkpoint/helpers.js';

const FIXTURES = join(import.meta.dirname, '../../fixtures');
const home = temporaryFolder();
const find = (folders: readonly string[], signal?: AbortSignal, onProgress?: (progress: Progress) => void): Promise<Discovery> =>
  findModels({ folders, backend: 'wasm', nativeFolder: '', memory: 2 ** 30 }, { ...(signal === undefined ? {} : { signal }), ...(onProgress === undefined ? {} : { onProgress }) }, { home, env: {}, platform: 'darwin' });

describe('the models on a machine', () => {
  it('are the demo, what the caches hold, and what is in the named folders, with what a person chooses by', async () => {
    const snapshot = join(home, '.cache/huggingface/hub/models--org--model/snapshots/abc');
    cpSync(join(FIXTURES, 'checkpoints/qwen2moe-a'), snapshot, { recursive: true });
    const blob = await writeOllamaModel(join(home, '.ollama/models'), ['registry.ollama.ai', 'library', 'olmoe', '7b'], readFileSync(join(FIXTURES, 'broken/ok.gguf')));
    await writeHubRepo(join(home, '.cache/huggingface/hub'), 'org/empty'); // an olmoe without its tensors
    const { found, skipped, budget } = await find([join(FIXTURES, 'checkpoints')]);
    expect(found.filter(({ source }) => source !== join(FIXTURES, 'checkpoints')).map(({ name, source }) => `${source}: ${name}`)).toEqual(['huggingface: org/model', 'ollama: olmoe:7b', 'demo: demo-model']);
    expect(found[0]).toMatchObject({ path: snapshot, family: 'qwen2_moe', format: 'safetensors', dtypes: ['BF16'], sharedExperts: 1, fits: 'memory', also: [] });
    expect(found[1]).toMatchObject({ path: blob, family: 'olmoe', format: 'gguf', dtypes: ['F32'], experts: 2 });
    expect(found.length).toBeGreaterThan(20);
    expect(skipped).toContainEqual(expect.objectContaining({ name: 'org/empty', source: 'huggingface', code: 'E_CONFIG_INVALID' }));
    expect(budget.backend).toBe('wasm');
  });

  it('are skipped with the reason where they can\'t be run', async () => {
    const { found, skipped } = await find([join(FIXTURES, 'broken'), join(FIXTURES, 'unknown-family')]);
    const codes = new Map(skipped.map(({ name, code }) => [name, code]));
    expect([codes.get('not-moe'), codes.get('unknown-family'), codes.get('tokenizer-missing'), codes.get('pickle-only'), codes.get('bad-magic')]).toEqual([
      'E_NOT_MOE', 'E_FAMILY_UNKNOWN', 'E_TOKENIZER_MISSING', 'E_PICKLE', 'E_GGUF_MAGIC',
    ]);
    for (const { reason } of skipped) expect(reason).toMatch(/[.]$/);
    // headers are in order there; what they are wrong in is seen when weights or tokenizer are read
    expect(found.filter(({ source }) => source !== 'demo' && source === join(FIXTURES, 'broken')).map(({ name }) => name).sort()).toEqual(['ok', 'ok', 'st-nan-weights', 'tokenizer-vocab-too-big']);
  });

  it('are skipped with the error of a run where a glance tells that the tokenizer can\'t be opened', async () => {
    const large = `{"model":${' '.repeat(300_000)}`;
    const kinds = { 'pointer': 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 7\n', 'empty': '', 'null': 'null', 'nothing-in-it': '{}', 'bad-pattern': '{"model":{"type":"BPE","vocab":{},"merges":[]},"pre_tokenizer":{"type":"Split","pattern":{"Regex":"(("},"behavior":"Isolated"}}', 'cut': large };
    for (const [name, text] of Object.entries(kinds)) {
      const folder = join(home, 'tokenizers', name);
      cpSync(join(FIXTURES, 'checkpoints/olmoe-a'), folder, { recursive: true });
      writeFileSync(join(folder, 'tokenizer.json'), text);
    }
    const { skipped } = await find([join(home, 'tokenizers')]);
    expect(skipped.filter(({ path }) => path.startsWith(join(home, 'tokenizers'))).map(({ name, code }) => [name, code])).toEqual(Object.keys(kinds).sort().map((name) => [name, 'E_TOKENIZER_INVALID']));
  });

  it('are what opening a named file would open, whatever it is called', async () => {
    const folder = join(home, 'files');
    cpSync(join(FIXTURES, 'checkpoints/olmoe-a'), folder, { recursive: true });
    renameSync(join(folder, 'model.safetensors'), join(folder, 'other.safetensors'));
    const { found, skipped } = await find([join(folder, 'other.safetensors'), join(folder, 'config.json'), join(folder, 'text.txt')]);
    expect(found.filter(({ source }) => source !== 'demo').map(({ path, family }) => [path, family])).toContainEqual([join(folder, 'other.safetensors'), 'olmoe']);
    expect(skipped.filter(({ path }) => path.startsWith(folder)).map(({ path, code }) => [path, code])).toEqual([[folder, 'E_WEIGHTS_MISSING'], [join(folder, 'text.txt'), 'E_FORMAT_UNSUPPORTED']]);
  });

  it('can be looked for with progress, and cancelled', async () => {
    mkdirSync(join(home, 'nothing'));
    const steps: Progress[] = [];
    await find([join(home, 'nothing')], undefined, (step) => steps.push(step));
    expect(steps.at(-1)).toMatchObject({ done: steps.at(-1)?.total });
    await expectCode('E_CANCELLED', () => find([], AbortSignal.abort()));
  });
});

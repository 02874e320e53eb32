/** What is told of a checkpoint before it is run, for each kind of the fixtures. */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { modelFacts } from '../../../src/engine/modelFacts.js';
import type { ModelFacts } from '../../../src/trace/modelFacts.js';
import { expectCode, temporaryFolder } from '../checkpoint/helpers.js';

const FIXTURES = join(import.meta.dirname, '../../fixtures');
const root = temporaryFolder();
const facts = (path: string): Promise<ModelFacts> => modelFacts({ path: join(FIXTURES, path), backend: 'wasm', nativeFolder: '', memory: 2 ** 30 });

/** A copy of a fixture that may be changed. */
function copy(fixture: string, name: string): string {
  const folder = join(root, name);
  cpSync(join(FIXTURES, fixture), folder, { recursive: true });
  return folder;
}
const at = (path: string): Promise<ModelFacts> => modelFacts({ path, backend: 'wasm', nativeFolder: '', memory: 2 ** 30 });

describe('the facts of a checkpoint', () => {
  it('count parameters, and those that a token uses under a Top-K policy', async () => {
    const { model } = await facts('checkpoints/mixtral-a');
    const k = Number(/^top-k:(\d+)$/.exec(model.nativePolicy)?.[1]);
    expect(model.activeParameters).toBe(model.denseParameters + k * model.moeLayers.length * model.expertParameters);
    expect(model.parameters).toBe(model.denseParameters + model.experts * model.moeLayers.length * model.expertParameters);
    expect(model.memoryBytes).toBe(4 * model.parameters);
  });

  it('do not say how many parameters a token uses where that depends on it', async () => {
    expect((await facts('checkpoints/dynamic-a')).model).toMatchObject({ nativePolicy: 'top-p:0.4', activeParameters: null });
  });

  it.each(['deepseekv2-a', 'deepseekv3-a', 'ernie-a', 'ernie-b', 'glm4moe-a', 'lfm2moe-a', 'qwen2moe-a', 'qwen3moe-a'])('tell shared experts and dense layers of %s apart, as its config has them', async (name) => {
    const config = JSON.parse(readFileSync(join(FIXTURES, 'checkpoints', name, 'config.json'), 'utf8')) as Readonly<Record<string, unknown>>;
    const expected = JSON.parse(readFileSync(join(FIXTURES, 'checkpoints', name, 'expected.json'), 'utf8')) as { model: { layers: number; moeLayers: readonly number[]; experts: number } };
    const { model } = await facts(`checkpoints/${name}`);
    const { layers, moeLayers, experts } = expected.model; // the reference's
    expect(model).toMatchObject({ layers, moeLayers, experts });
    const isWide = 'shared_expert_intermediate_size' in config; // Qwen's one shared expert
    expect(model.sharedExperts).toBe(config['n_shared_experts'] ?? config['moe_num_shared_experts'] ?? (isWide ? 1 : 0));
  });

  it('name what is particular about a router', async () => {
    expect((await facts('checkpoints/deepseekv3-a')).model.normalisedScores).toBe(true);
    expect((await facts('checkpoints/phimoe-a')).model.nativeOnly).toMatch(/\.$/);
    expect((await facts('checkpoints/olmoe-a')).model).not.toHaveProperty('normalisedScores');
    expect((await facts('checkpoints/olmoe-a')).model).not.toHaveProperty('nativeOnly');
  });

  it('name the element types, the one with the most bytes first', async () => {
    expect((await facts('checkpoints/gptoss-mxfp4')).model.dtypes).toEqual(expect.arrayContaining(['MXFP4', 'BF16']) as string[]);
    expect((await facts('checkpoints/olmoe-a')).model.dtypes).toHaveLength(1);
  });

  it('say whether it fits, into what', async () => {
    expect(await facts('checkpoints/olmoe-a')).toMatchObject({ fits: 'memory', budget: { backend: 'wasm' } });
  });

  it('are the same of a GGUF, whose tokenizer lies in it', async () => {
    expect(await facts('broken/ok.gguf')).toMatchObject({ model: { family: 'olmoe', format: 'gguf', experts: 2, vocabularySize: 32 }, tokenizer: 'byte-level BPE', chatTemplate: false });
  });

  it('name the kind of the tokenizer without reading it whole, and whether a chat template is there', async () => {
    expect(await facts('checkpoints/olmoe-a')).toMatchObject({ tokenizer: 'BPE', chatTemplate: false });
    const folder = copy('checkpoints/olmoe-a', 'templates');
    writeFileSync(join(folder, 'chat_template.jinja'), '{{ messages }}');
    expect(await at(folder)).toMatchObject({ chatTemplate: true });
    rmSync(join(folder, 'chat_template.jinja'));
    writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify({ chat_template: '{{ messages }}' }));
    rmSync(join(folder, 'tokenizer.json'));
    cpSync(join(FIXTURES, 'checkpoints/dynamic-bin/tokenizer.model'), join(folder, 'tokenizer.model'));
    expect(await at(folder)).toMatchObject({ tokenizer: 'SentencePiece', chatTemplate: true });
    rmSync(join(folder, 'tokenizer.model'));
    writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify({ note: '"chat_template": "x"' }));
    expect(await at(folder)).toMatchObject({ tokenizer: null, chatTemplate: false });
  });

  it('are an error with its code where it can\'t be run', async () => {
    await expectCode('E_NOT_MOE', () => facts('broken/not-moe'));
    await expectCode('E_FAMILY_UNKNOWN', () => facts('unknown-family'));
    await expectCode('E_MODEL_NOT_FOUND', () => facts('nothing'));
    const folder = copy('checkpoints/olmoe-a', 'pointer');
    writeFileSync(join(folder, 'tokenizer.json'), 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 7000000\n');
    await expectCode('E_TOKENIZER_INVALID', () => at(folder));
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Tokenizer } from '../../../src/tokenizer/encoding';
import * as patterns from '../../../src/tokenizer/forms/patterns';
import { FORMS, forms, gguf, ggufKinds, modelBytes, modelNames, sentencePiece } from './forms';
import { FOLDER, golden, partsOf, readBase, spansOf } from './kinds';
import { loadFolder, tempFolders } from './tempFolder';

const folderWith = tempFolders();

/** Expects the ids of every golden text. */
function expectIds(tokenizer: Tokenizer, wanted: readonly (readonly number[])[]): void {
  expect(golden.texts.map((text) => [...tokenizer.encode(text).ids])).toEqual(wanted);
}

describe('tokenizer.model', () => {
  it.each(modelNames)('gives the ids of sentencepiece: %s', (name) => {
    expectIds(sentencePiece(name), forms.sentencepiece[name].ids);
  });

  it('gives the spans that the pieces cover', () => {
    const spans = golden.texts.map((text) => spansOf(sentencePiece('bpe').encode(text)));
    expect(spans).toEqual(forms.sentencepiece.bpe.spans);
  });

  it.each(forms.llama.map(({ name }, i) => [name, i] as const))('gives the ids of transformers\' slow LlamaTokenizer: %s', async (_, i) => {
    const { config, ids } = forms.llama[i];
    const folder = await folderWith({ 'tokenizer.model': modelBytes('bpe'), ...(config === null ? {} : { 'tokenizer_config.json': JSON.stringify(config) }) });
    expectIds(await loadFolder(folder), ids);
  });

  it('takes added tokens of older files too, and special ones only if they have an id', async () => {
    const folder = await folderWith({
      'tokenizer.model': modelBytes('bpe'),
      'added_tokens.json': '{"<new>": 600}',
      'special_tokens_map.json': '{"bos_token": "<s>", "pad_token": "[PAD]", "additional_special_tokens": ["<new>", "</s>"]}',
    });
    const tokenizer = await loadFolder(folder);
    expect([...tokenizer.encode('<new></s>').ids]).toEqual([1, 600, 2]);
    expect(tokenizer.idLimit).toBe(601);
    expect(partsOf('[PAD]', tokenizer.encode('[PAD]')).length).toBeGreaterThan(2);
  });

  it('reads a piece as text', () => {
    const tokenizer = sentencePiece('bpe');
    expect(Array.from(tokenizer.encode('the token\n').ids, (id) => tokenizer.decodeToken(id)).join('')).toBe(' the token\n');
  });

  it('gives spaces that it drops to the tokens beside them', () => {
    const text = '  the  token  ';
    expect(partsOf(text, sentencePiece('unigram').encode(text)).join('')).toBe(text);
  });
});

describe('a tiktoken file', () => {
  it.each(Object.keys(forms.tiktoken))('gives the ids of tiktoken: %s', async (name) => {
    expectIds(await loadFolder(`${FORMS}tiktoken/${name}`), forms.tiktoken[name]);
  });

  it('has the special tokens of its family', async () => {
    const qwen = await loadFolder(`${FORMS}tiktoken/qwen`);
    const base = qwen.encode('<|endoftext|>').ids[0];
    expect([...qwen.encode('<|im_start|><|extra_0|><|extra_204|>').ids]).toEqual([base + 1, base + 3, base + 207]);
    const kimi = await loadFolder(`${FORMS}tiktoken/kimi`);
    expect([...kimi.encode('<|im_end|>').ids]).toEqual([506]);
  });

  it('may have the name of a SentencePiece model', async () => {
    const folder = await folderWith({ 'tokenizer.model': readFileSync(`${FORMS}tiktoken/kimi/tiktoken.model`), 'tokenizer_config.json': readFileSync(`${FORMS}tiktoken/kimi/tokenizer_config.json`) });
    expectIds(await loadFolder(folder), forms.tiktoken.kimi);
  });

  it('is refused by name where nothing says how it splits a text', async () => {
    const bytes = readFileSync(`${FORMS}tiktoken/qwen/qwen.tiktoken`);
    for (const files of [{ 'other.tiktoken': bytes }, { 'tokenizer.model': bytes }, { 'tiktoken.model': bytes, 'tokenizer_config.json': '{"tokenizer_class": "OtherTokenizer"}' }]) {
      await expect(loadFolder(await folderWith(files))).rejects.toMatchObject({ code: 'E_TOKENIZER_INVALID', message: expect.stringMatching(/(other\.tiktoken|tokenizer\.model) of no named class|the class OtherTokenizer/) as unknown });
    }
  });

  it.each([['no base64', '!!! 0\n'], ['no rank', 'IQ==\n'], ['a token twice', 'IQ== 0\nIQ== 1\n'], ['a missing byte', 'IQ== 0\n'], ['a rank that is too large', 'IQ== 9999999999\n']])('is refused if it has %s', async (_, text) => {
    await expect(loadFolder(await folderWith({ 'qwen.tiktoken': text }))).rejects.toMatchObject({ code: 'E_TOKENIZER_INVALID' });
  });
});

describe('tekken.json', () => {
  const lines = readFileSync(`${FORMS}tiktoken/kimi/tiktoken.model`, 'utf8').trim().split('\n');
  const file = (more: object): string => JSON.stringify({
    config: { pattern: patterns.KIMI, num_vocab_tokens: lines.length, default_vocab_size: lines.length + 10, default_num_special_tokens: 10, version: 'v3' },
    vocab: lines.map((line, rank) => ({ rank, token_bytes: line.split(' ')[0], token_str: null })),
    ...more,
  });

  it('gives the ids of its ranks after the special tokens, with BOS in front', async () => {
    const tokenizer = await loadFolder(await folderWith({ 'tekken.json': file({}) }));
    const plain = golden.texts.map((text, i) => [text, forms.tiktoken.kimi[i]] as const).filter(([text]) => !/<(unk|s)>|<\/s>|\[BOS\]|<\|im_end/.test(text));
    expect(plain.map(([text]) => [...tokenizer.encode(text).ids])).toEqual(plain.map(([, ids]) => [1, ...ids.map((id) => id + 10)]));
  });

  it('finds the special tokens that it lists', async () => {
    const special_tokens = [{ rank: 0, token_str: '<unk>', is_control: true }, { rank: 1, token_str: '<s>', is_control: true }, { rank: 3, token_str: '[INST]', is_control: true }];
    const tokenizer = await loadFolder(await folderWith({ 'tekken.json': file({ special_tokens }) }));
    expect([...tokenizer.encode('[INST]').ids]).toEqual([1, 3]);
  });

  it.each([['no config', '{}'], ['no pattern', file({ config: { default_vocab_size: 400, default_num_special_tokens: 10 } })], ['ranks out of order', file({ vocab: [{ rank: 1, token_bytes: 'IQ==' }] })]])('is refused if it has %s', async (_, text) => {
    await expect(loadFolder(await folderWith({ 'tekken.json': text }))).rejects.toMatchObject({ code: 'E_TOKENIZER_INVALID' });
  });
});

describe('vocab.json and merges.txt', () => {
  const files = (base: string, config: object): Record<string, string> => {
    const { model } = readBase(base);
    return { 'vocab.json': JSON.stringify(model.vocab), 'merges.txt': `#version: 0.2\n${(model.merges as string[]).join('\n')}\n`, 'tokenizer_config.json': JSON.stringify(config) };
  };

  it.each(Object.keys(forms.slow))('give the ids of transformers\' %s', async (tokenizer_class) => {
    const { base, config, ids } = forms.slow[tokenizer_class];
    expectIds(await loadFolder(await folderWith(files(base, config))), ids);
  });

  it('are refused by name where nothing says how they split a text', async () => {
    for (const [config, message] of [[{}, 'no named class'], [{ tokenizer_class: 'CodeGenTokenizer' }, 'the class CodeGenTokenizer']] as const) {
      await expect(loadFolder(await folderWith(files('gpt2', config)))).rejects.toMatchObject({ code: 'E_TOKENIZER_INVALID', message: expect.stringContaining(message) as unknown });
    }
  });
});

describe('a GGUF', () => {
  it.each(ggufKinds.map(({ base, pre }, i) => [`${base} ${pre}`, i] as const))('gives the ids of llama.cpp: %s', (_, i) => {
    const { base, pre, ids } = ggufKinds[i];
    expectIds(gguf(base, pre), ids);
  });
});

describe('the split patterns of released tokenizers', () => {
  it('are those that the golden encodings were made with', () => {
    const checked = JSON.parse(readFileSync(`${FOLDER}patterns.json`, 'utf8')) as Record<string, unknown>;
    const { split: _split, sequence: _sequence, DIGITS: _digits, BYTES: _bytes, ...exported } = patterns;
    expect(checked).toEqual({ ...exported });
  });
});

import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MAX_TOKENIZER_BYTES } from '../../../src/tokenizer/forms/folder';
import { chatTemplate, hasTokenizer, loadTokenizer } from '../../../src/tokenizer/load';
import { compileTokenizer } from '../../../src/tokenizer/forms/tokenizerJson';
import { ggufMetadata } from './forms';
import { bases, FOLDER, readBase } from './kinds';
import { loadFolder, tempFolders } from './tempFolder';

const folderWith = tempFolders();

/** A part of a text; vitest gives its matcher the type any. */
const containing = (part: string): unknown => expect.stringContaining(part);

describe('loadTokenizer', () => {
  it.each(bases)('loads %s', async (name) => {
    const tokenizer = await loadFolder(FOLDER + name);
    expect(tokenizer.encode('ab').ids.length).toBeGreaterThan(0);
  });

  it('says that there is no tokenizer, in a folder, a file and nothing', async () => {
    const folder = await folderWith({ 'config.json': '{}', 'vocab.json': '{}' });
    for (const path of [folder, join(folder, 'config.json'), join(folder, 'nothing')]) {
      await expect(loadFolder(path)).rejects.toMatchObject({ code: 'E_TOKENIZER_MISSING', message: containing('no tokenizer'), hint: containing('tokenizer.json') });
    }
  });

  it('takes tokenizer.json before any other form', async () => {
    const folder = await folderWith({ 'tokenizer.json': JSON.stringify(readBase('spm')), 'tokenizer.model': 'damaged', 'qwen.tiktoken': 'damaged' });
    await expect(loadFolder(folder)).resolves.toMatchObject({ idLimit: 512 });
  });

  it.each([['', 'is not JSON'], ['{"model":', 'is not JSON'], ['version https://git-lfs.github.com/spec/v1', 'is not JSON'], ['[]', 'is not an object'], ['{}', 'model is not an object']])('refuses %j', async (content, message) => {
    const path = await folderWith({ 'tokenizer.json': content });
    await expect(loadFolder(path)).rejects.toMatchObject({ code: 'E_TOKENIZER_INVALID', message: containing(message) });
  });

  it.each(['tokenizer.json', 'tokenizer.model', 'qwen.tiktoken', 'tekken.json'])('does not read a %s that is larger than any tokenizer', async (name) => {
    const path = await folderWith({ [name]: '{}' });
    const file = await open(join(path, name), 'r+');
    await file.truncate(MAX_TOKENIZER_BYTES + 1); // a hole, which takes no space on the disk
    await file.close();
    await expect(loadFolder(path)).rejects.toMatchObject({ code: 'E_TOKENIZER_INVALID', message: containing('bytes') });
  });

  it.each(['tokenizer.json', 'tokenizer.model', 'qwen.tiktoken'])('says that a folder in place of %s cannot be read', async (name) => {
    const path = await folderWith({ [`${name}/inner`]: '' });
    await expect(loadFolder(path)).rejects.toMatchObject({ code: 'E_UNREADABLE' });
  });

  it('gives the same ids whatever tokenizer_config.json says', async () => {
    const path = await folderWith({ 'tokenizer.json': JSON.stringify(readBase('spm')), 'tokenizer_config.json': '{"add_bos_token": false, "do_lowercase_and_remove_accent": true, "remove_space": true}' });
    const plain = await loadFolder(`${FOLDER}spm`);
    expect((await loadFolder(path)).encode(' Ä  b')).toEqual(plain.encode(' Ä  b'));
  });

  it('takes the tokenizer of a GGUF from its metadata', async () => {
    const tokenizer = await loadTokenizer({ format: 'gguf', path: 'model.gguf', config: ggufMetadata('qwen', 'qwen2') });
    expect(tokenizer.encode('ab').ids.length).toBeGreaterThan(0);
  });
});

describe('hasTokenizer', () => {
  it.each([
    [true, ['config.json', 'tokenizer.json']], [true, ['tokenizer.model']], [true, ['qwen.tiktoken']], [true, ['tiktoken.model']], [true, ['tekken.json']], [true, ['merges.txt', 'vocab.json']],
    [false, []], [false, ['vocab.json']], [false, ['tokenizer_config.json', 'vocab.txt', 'special_tokens_map.json']],
  ])('is %s for %j', (has, names) => {
    expect(hasTokenizer(new Set(names))).toBe(has);
  });
});

describe('chatTemplate', () => {
  const of = async (files: Readonly<Record<string, string>>): Promise<string | undefined> => chatTemplate({ format: 'safetensors', path: await folderWith(files), config: {} });

  it('is that of its own file, else that of tokenizer_config.json', async () => {
    const config = { 'tokenizer_config.json': '{"chat_template": "config"}' };
    expect(await of({ ...config, 'chat_template.json': '{"chat_template": "json"}', 'chat_template.jinja': 'jinja' })).toBe('jinja');
    expect(await of({ ...config, 'chat_template.json': '{"chat_template": "json"}' })).toBe('json');
    expect(await of(config)).toBe('config');
    expect(await of({ 'tokenizer_config.json': '{}' })).toBeUndefined();
    expect(await of({})).toBeUndefined();
  });

  it('is the default one of several', async () => {
    const list = [{ name: 'tool_use', template: 'tools' }, { name: 'default', template: 'usual' }];
    expect(await of({ 'tokenizer_config.json': JSON.stringify({ chat_template: list }) })).toBe('usual');
    expect(await of({ 'tokenizer_config.json': JSON.stringify({ chat_template: [7, { name: 'rag' }] }) })).toBeUndefined();
  });

  it('of a GGUF is in its metadata', async () => {
    const path = 'model.gguf';
    expect(await chatTemplate({ format: 'gguf', path, config: { 'tokenizer.chat_template': 'gguf' } })).toBe('gguf');
    expect(await chatTemplate({ format: 'gguf', path, config: {} })).toBeUndefined();
  });
});

describe('a tokenizer that would give wrong ids', () => {
  const base = readBase('qwen');
  const split = (Regex: string): object => ({ pre_tokenizer: { type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false } });

  it.each([
    ['pre-tokenizer UnicodeScripts', { pre_tokenizer: { type: 'UnicodeScripts' } }],
    ['dropout', { model: { ...base.model, dropout: 0.1 } }],
    ['some of the 256 bytes', { model: { ...base.model, byte_fallback: true, vocab: { ...base.model.vocab, '<0x41>': 1 } } }],
    ['"(?m:"', split('(?m:.)')],
    ['\\G', split('\\Ga')],
    ['"st" without case', split('(?i:st)')],
    ['"{2}?"', split('a{2}?')],
    ['the split pattern', split('[[=a=]]')],
  ])('is refused, and the error names it: %s', (name, parts) => {
    expect(() => compileTokenizer({ ...base, ...parts })).toThrow(expect.objectContaining({ code: 'E_TOKENIZER_INVALID', message: containing(name) }));
  });
});

describe('a damaged tokenizer', () => {
  const base = readBase('qwen');
  const { model } = base;

  it.each([
    ['model.vocab', { model: { ...model, vocab: { a: -1 } } }],
    ['model.vocab', { model: { ...model, vocab: { a: 1.5 } } }],
    ['model.vocab', { model: { ...model, vocab: [] } }],
    ['model.merges', { model: { ...model, merges: ['a'] } }],
    ['model.merges', { model: { ...model, merges: [['a', 'no such token']] } }],
    ['model.merges', { model: { ...model, merges: 7 } }],
    ['model.type', { model: { ...model, type: 'Other' } }],
    ['normalizer.type', { normalizer: { type: 'Other' } }],
    ['normalizer.precompiled_charsmap', { normalizer: { type: 'Precompiled', precompiled_charsmap: '' } }],
    ['normalizer.precompiled_charsmap', { normalizer: { type: 'Precompiled', precompiled_charsmap: 'no base64!' } }],
    ['model.max_input_chars_per_word', { model: { type: 'WordPiece', vocab: { a: 0 }, max_input_chars_per_word: -1 } }],
    ['pre_tokenizer.type', { pre_tokenizer: { type: 'Other' } }],
    ['pre_tokenizer.pattern', { pre_tokenizer: { type: 'Split', pattern: {}, behavior: 'Isolated', invert: false } }],
    ['pre_tokenizer.behavior', { pre_tokenizer: { type: 'Split', pattern: { String: 'a' }, behavior: 'Other', invert: false } }],
    ['post_processor', { post_processor: { type: 'TemplateProcessing', single: [{ SpecialToken: { id: '<s>' } }], special_tokens: {} } }],
    ['added_tokens[0].content', { added_tokens: [{ id: 1 }] }],
  ])('is refused, and the error says where: %s', (where, parts) => {
    expect(() => compileTokenizer({ ...base, ...parts })).toThrow(expect.objectContaining({ code: 'E_TOKENIZER_INVALID', message: containing(where) }));
  });
});

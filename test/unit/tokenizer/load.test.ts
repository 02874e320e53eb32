import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadTokenizer, MAX_TOKENIZER_BYTES } from '../../../src/tokenizer/load';
import { compileTokenizer } from '../../../src/tokenizer/tokenizer';
import { bases, FOLDER, readBase } from './kinds';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moe-lens-tokenizer-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** A part of a text; vitest gives its matcher the type any. */
const containing = (part: string): unknown => expect.stringContaining(part);

async function folderWith(name: string, content: string): Promise<string> {
  const path = await mkdtemp(join(folder, 'model-'));
  await writeFile(join(path, name), content);
  return path;
}

describe('loadTokenizer', () => {
  it.each(bases)('loads %s', async (name) => {
    const tokenizer = await loadTokenizer(FOLDER + name);
    expect(tokenizer.encode('ab').ids.length).toBeGreaterThan(0);
  });

  it('says that tokenizer.json is missing, of a folder, of a file and of nothing', async () => {
    const file = join(await folderWith('model.gguf', ''), 'model.gguf');
    for (const path of [await folderWith('config.json', '{}'), file, join(folder, 'nothing')]) {
      await expect(loadTokenizer(path)).rejects.toMatchObject({ code: 'E_TOKENIZER_MISSING', hint: containing('Copy tokenizer.json') });
    }
  });

  it('tells how to convert a SentencePiece model', async () => {
    const path = await folderWith('tokenizer.model', '');
    await expect(loadTokenizer(path)).rejects.toMatchObject({ code: 'E_TOKENIZER_MISSING', hint: containing('tokenizer.model has to be converted') });
  });

  it.each([['', 'is not JSON'], ['{"model":', 'is not JSON'], ['version https://git-lfs.github.com/spec/v1', 'is not JSON'], ['[]', 'is not an object'], ['{}', 'model is not an object']])('refuses %j', async (content, message) => {
    const path = await folderWith('tokenizer.json', content);
    await expect(loadTokenizer(path)).rejects.toMatchObject({ code: 'E_TOKENIZER_INVALID', message: containing(message) });
  });

  it('does not read a file that is larger than any tokenizer', async () => {
    const path = await folderWith('tokenizer.json', '{}');
    const file = await open(join(path, 'tokenizer.json'), 'r+');
    await file.truncate(MAX_TOKENIZER_BYTES + 1); // a hole, which takes no space on the disk
    await file.close();
    await expect(loadTokenizer(path)).rejects.toMatchObject({ code: 'E_TOKENIZER_INVALID', message: containing('bytes') });
  });

  it('says that a folder in place of tokenizer.json cannot be read', async () => {
    const path = join(folder, 'odd');
    await mkdir(join(path, 'tokenizer.json'), { recursive: true });
    await expect(loadTokenizer(path)).rejects.toMatchObject({ code: 'E_UNREADABLE' });
  });

  it('gives the same ids whatever tokenizer_config.json says', async () => {
    const path = await folderWith('tokenizer.json', JSON.stringify(readBase('spm')));
    await writeFile(join(path, 'tokenizer_config.json'), '{"add_bos_token": false, "do_lowercase_and_remove_accent": true, "remove_space": true}');
    const plain = await loadTokenizer(`${FOLDER}spm`);
    expect((await loadTokenizer(path)).encode(' Ä  b')).toEqual(plain.encode(' Ä  b'));
  });
});

describe('a tokenizer that would give wrong ids', () => {
  const base = readBase('qwen');
  const split = (Regex: string): object => ({ pre_tokenizer: { type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false } });

  it.each([
    ['normalizer Precompiled', { normalizer: { type: 'Precompiled', precompiled_charsmap: '' } }],
    ['pre-tokenizer UnicodeScripts', { pre_tokenizer: { type: 'UnicodeScripts' } }],
    ['WordPiece vocabulary', { model: { type: 'WordPiece', vocab: {} } }],
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
    ['pre_tokenizer.type', { pre_tokenizer: { type: 'Other' } }],
    ['pre_tokenizer.pattern', { pre_tokenizer: { type: 'Split', pattern: {}, behavior: 'Isolated', invert: false } }],
    ['pre_tokenizer.behavior', { pre_tokenizer: { type: 'Split', pattern: { String: 'a' }, behavior: 'Other', invert: false } }],
    ['post_processor', { post_processor: { type: 'TemplateProcessing', single: [{ SpecialToken: { id: '<s>' } }], special_tokens: {} } }],
    ['added_tokens[0].content', { added_tokens: [{ id: 1 }] }],
  ])('is refused, and the error says where: %s', (where, parts) => {
    expect(() => compileTokenizer({ ...base, ...parts })).toThrow(expect.objectContaining({ code: 'E_TOKENIZER_INVALID', message: containing(where) }));
  });
});

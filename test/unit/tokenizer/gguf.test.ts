import { describe, expect, it } from 'vitest';
import { compileGguf } from '../../../src/tokenizer/forms/gguf';
import { ggufMetadata } from './forms';
import { kind, partsOf } from './kinds';

const containing = (part: string): unknown => expect.stringContaining(part);
const compile = (base: string, pre: string, parts: object = {}): ReturnType<typeof compileGguf> => compileGguf({ ...ggufMetadata(base, pre), ...parts }, 'model.gguf');

describe('the tokenizer in a GGUF', () => {
  it('puts BOS and EOS where the flags say, else where the pre-tokenizer says', () => {
    const ids = (pre: string, parts: object): number[] => [...compile('qwen', pre, { 'tokenizer.ggml.bos_token_id': 7, 'tokenizer.ggml.eos_token_id': 9, ...parts }).encode('!').ids];
    expect(ids('qwen2', {})).toEqual([0]);
    expect(ids('llama-bpe', {})).toEqual([7, 0]);
    expect(ids('llama-bpe', { 'tokenizer.ggml.add_bos_token': false })).toEqual([0]);
    expect(ids('qwen2', { 'tokenizer.ggml.add_bos_token': true, 'tokenizer.ggml.add_eos_token': true })).toEqual([7, 0, 9]);
    expect(ids('qwen2', { 'tokenizer.ggml.add_bos_token': true, 'tokenizer.ggml.bos_token_id': 1e6 })).toEqual([0]);
  });

  it('of the kind "llama" puts BOS in front and a space, unless it says otherwise', () => {
    const text = 'The end';
    expect([...compile('spm', '').encode(text).ids]).toEqual([...kind('spm').encode(text).ids]);
    const bare = compile('spm', '', { 'tokenizer.ggml.add_bos_token': false, 'tokenizer.ggml.add_space_prefix': false });
    expect(bare.decodeToken(bare.encode(text).ids[0])).not.toMatch(/^ /);
    expect(partsOf(text, bare.encode(text)).join('')).toBe(text);
  });

  it('does not compose characters, as llama.cpp does not', () => {
    const text = 'e\u0301';
    expect(partsOf(text, compile('qwen', 'qwen2').encode(text))[0]).toBe('e');
    expect([...compile('qwen', 'qwen2').encode('\u212b').ids]).not.toEqual([...kind('qwen').encode('\u212b').ids]);
  });

  it('finds control tokens in the text, also where an old file has them as ordinary ones', () => {
    const types = { 'tokenizer.ggml.token_type': undefined };
    expect(compile('qwen', 'qwen2').encode('a<|im_end|>').ids.length).toBe(2);
    expect(compile('qwen', 'qwen2', types).encode('a<|im_end|>').ids.length).toBe(2);
  });

  it('gives special tokens of Phi-3.5-MoE the spaces after them', () => {
    const text = '</s>  a<s> b';
    const parts = (more: object): string[] => partsOf(text, compile('spm', '', more).encode(text)).filter((part) => part !== '');
    expect(parts({ 'general.name': 'Phi 3.5 MoE Instruct' })).toEqual(['</s>  ', 'a', '<s>', ' b']);
    expect(parts({}).slice(0, 2)).toEqual(['</s>', ' ']);
  });

  it('takes the pre-tokenizer of Ollama\'s gpt-oss files by their architecture', () => {
    const text = "HTTPServer don't 12345";
    expect([...compile('qwen', 'no such one', { 'general.architecture': 'gptoss' }).encode(text).ids]).toEqual([...compile('qwen', 'gpt-4o').encode(text).ids]);
  });

  it('passes over merges of what is no token', () => {
    const merges = ggufMetadata('qwen', 'qwen2')['tokenizer.ggml.merges'] as readonly string[];
    const text = 'the end, zzqx';
    expect([...compile('qwen', 'qwen2', { 'tokenizer.ggml.merges': ['z q', 'zq x', ...merges] }).encode(text).ids]).toEqual([...compile('qwen', 'qwen2').encode(text).ids]);
  });

  it('names a token without text by its id', () => {
    const tokens = (ggufMetadata('spm', '')['tokenizer.ggml.tokens'] as string[]).map((token, id) => (id === 300 ? '' : token));
    expect(compile('spm', '', { 'tokenizer.ggml.tokens': tokens }).decodeToken(300)).toBe('[EMPTY_300]');
  });

  it.each([
    ['pre-tokenizer "new-one"', { 'tokenizer.ggml.pre': 'new-one' }],
    ['kind "t5"', { 'tokenizer.ggml.model': 't5' }],
    ['the same token twice', { 'tokenizer.ggml.tokens': ['a', 'a'] }],
    ['tokenizer.ggml.tokens[0]', { 'tokenizer.ggml.tokens': [7] }],
    ['tokenizer.ggml.token_type', { 'tokenizer.ggml.token_type': [1] }],
    ['tokenizer.ggml.merges', { 'tokenizer.ggml.merges': undefined }],
    ['tokenizer.ggml.add_bos_token', { 'tokenizer.ggml.add_bos_token': 'yes' }],
  ])('is refused, and the error names %s', (part, parts) => {
    expect(() => compile('qwen', 'qwen2', parts)).toThrow(expect.objectContaining({ code: 'E_TOKENIZER_INVALID', message: containing(part) }));
  });

  it.each([[[1]], [['x']], [Array<number>(512).fill(NaN)]])('is refused if its scores are %j', (scores) => {
    expect(() => compile('spm', '', { 'tokenizer.ggml.scores': scores })).toThrow(expect.objectContaining({ code: 'E_TOKENIZER_INVALID', message: containing('tokenizer.ggml.scores') }));
  });

  it('is missing where the metadata has none', () => {
    for (const metadata of [{}, { 'tokenizer.ggml.model': 'none' }, { 'tokenizer.ggml.model': 'gpt2' }]) {
      expect(() => compileGguf(metadata, 'model.gguf')).toThrow(expect.objectContaining({ code: 'E_TOKENIZER_MISSING', message: containing('model.gguf') }));
    }
  });
});

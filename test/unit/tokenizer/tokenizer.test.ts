import { describe, expect, it } from 'vitest';
import { compileTokenizer } from '../../../src/tokenizer/forms/tokenizerJson';
import { gguf, sentencePiece } from './forms';
import { kind, kindFile, readBase } from './kinds';

describe('decodeToken', () => {
  const read = (name: string, text: string): string[] => Array.from(kind(name).encode(text).ids, (id) => kind(name).decodeToken(id));

  it('reads byte-level tokens as text and a part of a character as one U+FFFD', () => {
    expect(read('o200k', 'a é\n').join('')).toMatch(/^a (é|\ufffd+)\n$/);
    expect(read('o200k', '🙂')).toEqual(['\ufffd', '\ufffd', '\ufffd', '\ufffd']);
  });

  it('reads ▁ as a space and a byte token as its character', () => {
    expect(read('spm', 'The\n').slice(1).join('')).toBe(' The\n');
    expect(read('spm', '路').slice(2)).toEqual(['\ufffd', '\ufffd', '\ufffd']);
    expect(read('metaspace', 'a b').slice(1).join('')).toBe('a b');
  });

  it('shows added tokens as they are written', () => {
    expect(read('deepseek', 'x')[0]).toBe('<｜begin▁of▁sentence｜>');
    expect(read('gpt2', 'a<|endoftext|>')).toContain('<|endoftext|>');
  });

  it('reads an id without a token as U+FFFD', () => {
    expect(kind('qwen').decodeToken(99999)).toBe('\ufffd');
    expect(kind('qwen').decodeToken(-1)).toBe('\ufffd');
  });
});

describe('idLimit', () => {
  it('is one more than the largest id, added tokens included', () => {
    expect(kind('qwen-pairs').idLimit).toBe(400);
    expect(kind('spm').idLimit).toBe(512);
    expect(kind('gap').idLimit).toBe(34);
  });

  it('counts the ids that only the post-processor names', () => {
    const single = [{ SpecialToken: { id: 'X', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }];
    const post_processor = { type: 'TemplateProcessing', single, pair: [], special_tokens: { X: { id: 'X', ids: [700], tokens: ['X'] } } };
    expect(compileTokenizer({ ...readBase('qwen'), post_processor }).idLimit).toBe(701);
  });
});

describe('encode', () => {
  it('does not cut or pad the text, whatever the file asks for', () => {
    const truncation = { max_length: 2, strategy: 'LongestFirst', stride: 0, direction: 'Right' };
    const file = { ...readBase('granite'), truncation, padding: { strategy: { Fixed: 9 }, pad_id: 0 } };
    expect(compileTokenizer(file).encode('one two three')).toEqual(kind('granite').encode('one two three'));
  });

  it('gives an added token the next free id, not the one in the file, as the reference does', () => {
    const { added_tokens } = kindFile('gap');
    expect(added_tokens).toContainEqual(expect.objectContaining({ content: '<x>', id: 9999 }));
    expect([...kind('gap').encode('<x>').ids]).toEqual([32]);
  });

  it('finds the longest added token, and one with single_word only between other characters', () => {
    const token = (content: string, single_word: boolean): object => ({ id: 0, content, single_word, lstrip: false, rstrip: false, normalized: false, special: false });
    const tokenizer = compileTokenizer({ ...readBase('letters'), added_tokens: [token('<a>', false), token('<a><b>', false), token('if', true)] });
    expect([...tokenizer.encode('<a><b><a>').ids]).toEqual([33, 32]);
    expect([...tokenizer.encode('if gift').ids].filter((id) => id === 34)).toHaveLength(1);
  });

  it('reads old files: merges that begin with a version, a model without a type', () => {
    const base = readBase('letters');
    const model = { vocab: { ...base.model.vocab, ab: 40 }, merges: ['#version: 0.2', 'a b'] };
    const tokenizer = compileTokenizer({ ...base, model });
    expect([...tokenizer.encode('ab').ids]).toEqual([40]);
  });

  it.each([
    ['letters without a space', 'a'.repeat(200_000)],
    ['spaces', `${' '.repeat(199_999)}x`],
    ['marks of one character', `e${'\u0301\u0323'.repeat(100_000)}`],
    ['CJK', '混合专家模型'.repeat(33_000)],
    ['emoji', '👩\u200d💻'.repeat(40_000)],
    ['special tokens', '<s><unk>'.repeat(20_000)],
  ])('takes a long text, which would take minutes if the time were quadratic: %s', (_, text) => {
    const kinds = ['qwen', 'spm', 'deepseek2-lite', 'cl100k', 'kimi', 'bert', 'unigram-precompiled'].map(kind);
    for (const tokenizer of [...kinds, sentencePiece('bpe-rules'), sentencePiece('unigram'), gguf('spm', ''), gguf('o200k', 'gpt-4o'), gguf('qwen', 'default')]) {
      const { ends } = tokenizer.encode(text);
      expect(ends.reduce((a, b) => Math.max(a, b), 0)).toBe(text.length);
    }
  }, 60_000);
});

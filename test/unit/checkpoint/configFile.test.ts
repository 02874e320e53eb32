import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/checkpoint/configFile.js';
import { expectCode } from './helpers.js';

describe('parseConfig', () => {
  it('gives the object as it stands', () => {
    expect(parseConfig('{"a":{"b":[1]}}', 'c.json')).toEqual({ a: { b: [1] } });
  });

  it.each([['{"eps":NaN}', 'NaN'], ['{"a":[1,-Infinity]}', '-Infinity'], [' \n', 'empty'], ['{"a":1', 'JSON'], ['[1]', 'a list'], ['null', 'null'], ['"text"', '"text"']])('%j is E_CONFIG_INVALID and says %s', async (text, words) => {
    expect((await expectCode('E_CONFIG_INVALID', () => parseConfig(text, 'c.json'))).message).toContain(words);
  });

  it('shows the place of a fault on one line', async () => {
    const error = await expectCode('E_CONFIG_INVALID', () => parseConfig('{\n  "a": ,\n\r\n\t"b": 1\n}', 'c.json'));
    expect(error.message).toContain('"b": ');
    expect(error.message).not.toMatch(/[\r\n\t]/);
  });

  it('bears nesting of any depth', async () => {
    expect(parseConfig(`{"a":${'['.repeat(1e5)}${']'.repeat(1e5)}}`, 'c.json')).toHaveProperty('a');
    await expectCode('E_CONFIG_INVALID', () => parseConfig('['.repeat(1e5), 'c.json'));
    await expectCode('E_CONFIG_INVALID', () => parseConfig(`${'['.repeat(1e5)}${']'.repeat(1e5)}`, 'c.json'));
  });
});

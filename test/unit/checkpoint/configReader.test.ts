import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/checkpoint/configFile.js';
import { ConfigReader } from '../../../src/checkpoint/configReader.js';
import { LensError } from '../../../src/base/errors.js';
import { expectCode } from './helpers.js';

const reader = new ConfigReader({ n: 8, zero: 0, half: 0.5, yes: true, none: null, text: 'silu', list: [1, 2], nested: { theta: 1e4 }, empty: [] }, 'c.json');

describe('ConfigReader', () => {
  it('reads what is there', () => {
    expect([reader.int('n'), reader.int('zero'), reader.number('half'), reader.bool('yes'), reader.string('text'), reader.intArray('list'), reader.intArray('empty')])
      .toEqual([8, 0, 0.5, true, 'silu', [1, 2], []]);
    expect(reader.object('nested')?.number('theta')).toBe(1e4);
    expect(reader.raw('list')).toEqual([1, 2]);
  });

  it('takes the first of several spellings that is there; null is not there', () => {
    expect(reader.int(['absent', 'none', 'n', 'zero'])).toBe(8);
    expect(reader.has(['absent', 'none'])).toBe(false);
    expect(reader.has(['absent', 'zero'])).toBe(true);
  });

  it('falls back to the default when absent or null, not when wrong', async () => {
    expect([reader.int('absent', { default: 3 }), reader.int('none', { default: 0 }), reader.bool('none', false), reader.string('none', { default: '' }), reader.intArray('none', { default: [] })])
      .toEqual([3, 0, false, '', []]);
    expect([reader.optionalInt('none'), reader.optionalNumber('absent'), reader.optionalString('none'), reader.optionalIntArray('none'), reader.object('none')].every((v) => v === undefined)).toBe(true);
    await expectCode('E_CONFIG_INVALID', () => reader.int('text', { default: 3 }));
  });

  it('says the key, what was found and what is wanted', async () => {
    expect((await expectCode('E_CONFIG_INVALID', () => reader.int('zero', { min: 1, max: 4096 }))).message).toBe('c.json has zero 0; a whole number from 1 to 4096 is wanted.');
    expect((await expectCode('E_CONFIG_INVALID', () => reader.int(['a', 'b'], { min: 1 }))).message).toBe('c.json has no a or b; a whole number of at least 1 is wanted.');
    expect((await expectCode('E_CONFIG_INVALID', () => reader.string('text', { oneOf: ['gelu'] }))).message).toContain('one of "gelu" is wanted');
    expect((await expectCode('E_CONFIG_INVALID', () => reader.object('nested')?.int('type'))).message).toContain('at nested has no type');
    expect(reader.invalid('n', 'at most num_experts (2)').message).toBe('c.json has n 8; at most num_experts (2) is wanted.');
  });

  it.each([
    ['int', () => reader.int('half')], ['int', () => reader.int('yes')], ['int', () => reader.int('list')], ['int', () => reader.int('n', { max: 7 })], ['int', () => reader.int('none')],
    ['number', () => reader.number('text')], ['number', () => reader.number('half', { min: 0.6 })], ['bool', () => reader.bool('n')], ['bool', () => reader.bool('none')],
    ['string', () => reader.string('n')], ['array', () => reader.intArray('n')], ['array', () => reader.intArray('list', { maxLength: 1 })], ['array', () => reader.intArray('list', { max: 1 })],
    ['object', () => reader.object('list')],
  ] as const)('refuses a wrong %s', async (_, work) => {
    await expectCode('E_CONFIG_INVALID', work);
  });

  it('does not see what every JavaScript object inherits', () => {
    expect(['constructor', '__proto__', 'toString'].some((k) => reader.has(k))).toBe(false);
  });

  it('shows a huge or endlessly nested value shortly', async () => {
    const deep = new ConfigReader(parseConfig(`{"n":${'['.repeat(1e5)}${']'.repeat(1e5)},"long":"${'x'.repeat(1e5)}"}`, 'c.json'), 'c.json');
    for (const key of ['n', 'long']) expect((await expectCode('E_CONFIG_INVALID', () => deep.int(key))).message.length).toBeLessThan(300);
  });

  it('any JSON value gives a number in range or E_CONFIG_INVALID', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => {
      const any = new ConfigReader({ k: value }, 'c.json');
      try {
        const n = any.int('k', { min: 1, max: 1024 });
        expect(Number.isInteger(n) && n >= 1 && n <= 1024).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(LensError);
      }
    }));
  });
});

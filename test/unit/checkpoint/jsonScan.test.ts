import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scanJsonObject } from '../../../src/checkpoint/jsonScan.js';

const WIDE = { depth: 100, values: 100_000, keys: 1000 };

describe('scanJsonObject', () => {
  it('finds a key that an object has twice, at any depth', () => {
    expect(scanJsonObject('{"a":1,"b":2,"a":3}', WIDE)).toEqual({ kind: 'duplicate', key: 'a' });
    expect(scanJsonObject('{"x":[{"k":1},{"k":1,"k":2}]}', WIDE)).toEqual({ kind: 'duplicate', key: 'k' });
  });

  it('compares keys as JSON means them, not as they are spelt', () => {
    expect(scanJsonObject('{"a":1,"\\u0061":2}', WIDE)).toEqual({ kind: 'duplicate', key: 'a' });
    expect(scanJsonObject('{"__proto__":1,"__proto__":2}', WIDE)).toEqual({ kind: 'duplicate', key: '__proto__' });
  });

  it('does not take a value, or the same key in another object, for a duplicate', () => {
    expect(scanJsonObject('{"a":"a","b":["a","a"],"c":{"a":{"a":1}}}', WIDE)).toEqual({ kind: 'complete' });
  });

  it('is not misled by brackets, commas and quotes inside strings', () => {
    expect(scanJsonObject('{"a\\"}":"{,[:","b":"\\\\"}', WIDE)).toEqual({ kind: 'complete' });
  });

  it('tells a text that stops early from one that ends', () => {
    const text = '{"a":{"b":[1,2,"x}"]}}';
    for (let end = 0; end < text.length; end++) expect(scanJsonObject(text.slice(0, end), WIDE).kind).toBe('unfinished');
    expect(scanJsonObject(`${text} and anything after it`, WIDE).kind).toBe('complete');
  });

  it('stops at the limits', () => {
    expect(scanJsonObject('{"a":[[[1]]]}', { depth: 4, values: 100, keys: 9 }).kind).toBe('complete');
    expect(scanJsonObject('{"a":[[[1]]]}', { depth: 3, values: 100, keys: 9 }).kind).toBe('too-deep');
    expect(scanJsonObject(`{"a":[${'0,'.repeat(50)}0]}`, { depth: 4, values: 20, keys: 9 }).kind).toBe('too-many');
    expect(scanJsonObject('{"a":1,"b":2,"c":3}', { depth: 4, values: 100, keys: 2 }).kind).toBe('too-many');
  });

  it('accepts whatever JSON.stringify writes, and finds a key that is put in twice', () => {
    fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), (object, key) => {
      expect(scanJsonObject(JSON.stringify(object), { depth: 1000, values: 1e6, keys: 1e6 }).kind).toBe('complete');
      const entry = `${JSON.stringify(key)}:0`;
      expect(scanJsonObject(`{${entry},"${'z'.repeat(200)}":${JSON.stringify(object)},${entry}}`, { depth: 1000, values: 1e6, keys: 1e6 })).toEqual({ kind: 'duplicate', key });
    }));
  });
});

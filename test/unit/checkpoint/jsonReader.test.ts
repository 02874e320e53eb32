import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonError, type JsonFault } from '../../../src/checkpoint/jsonError.js';
import { JsonReader, type JsonLimits } from '../../../src/checkpoint/jsonReader.js';

const WIDE: JsonLimits = { depth: 100, values: 100_000 };

function read(text: string, limits = WIDE): unknown {
  const reader = new JsonReader(Buffer.from(text), limits);
  const value = reader.value();
  reader.end();
  return value;
}

function faultOf(text: string, limits = WIDE): JsonFault | undefined {
  try {
    read(text, limits);
    return undefined;
  } catch (error) {
    if (error instanceof JsonError) return error.fault;
    throw error;
  }
}

describe('JsonReader', () => {
  it('reads what JSON.stringify writes, with any white space, as JSON.parse does', () => {
    fc.assert(fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), fc.constantFrom(undefined, 2, '\t', ' \r\n'), (object, space) => {
      const text = JSON.stringify(object, null, space);
      expect(read(text)).toEqual(JSON.parse(text));
    }));
  });

  it('takes and refuses the same texts as JSON.parse', () => {
    const part = fc.constantFrom('{', '}', '[', ']', ',', ':', '"a"', '"b"', '"\\u0061x"', '"\\x"', '1', '-0', '01', '1.5e3', '.5', '1e', 'true', 'nul', 'null', ' ', '\n', '"', '\\', '"\u0001"', '"ü"');
    let taken = 0;
    const parts = fc.oneof(fc.array(part), fc.json().chain((json) => fc.tuple(fc.nat(json.length), part).map(([at, piece]) => [json.slice(0, at), piece, json.slice(at)])));
    fc.assert(fc.property(parts, (pieces) => {
      const text = `{"k":${pieces.join('')}}`;
      let expected: unknown;
      try {
        expected = JSON.parse(text);
      } catch {
        expect(faultOf(text)).toBeDefined();
        return;
      }
      const fault = faultOf(text);
      if (fault === undefined) expect(read(text)).toEqual(expected);
      else expect(fault).toBe('duplicate');
      taken++;
    }), { numRuns: 5000 });
    expect(taken).toBeGreaterThan(100);
  });

  it('finds a key that an object has twice, at any depth and however it is spelt', () => {
    for (const text of ['{"a":1,"b":2,"a":3}', '{"x":[{"k":1},{"k":1,"k":2}]}', '{"a":1,"\\u0061":2}', '{"__proto__":1,"__proto__":2}']) expect(faultOf(text)).toBe('duplicate');
    expect(faultOf('{"a":"a","b":["a","a"],"c":{"a":{"a":1}}}')).toBeUndefined();
  });

  it('tells texts of the same length and ends apart', () => {
    expect(read('["abc","axc","abc","","ayc"]')).toEqual(['abc', 'axc', 'abc', '', 'ayc']);
  });

  it('tells a text that stops early from one that is wrong', () => {
    const text = '{"a":{"b":[1,2,"x\\"}"],"c":true}}';
    for (let end = 0; end < text.length; end++) expect(faultOf(text.slice(0, end))).toBe('unfinished');
    expect(faultOf(`${text} x`)).toBe('invalid');
  });

  it('stops at the limits', () => {
    expect(faultOf('{"a":[[[1]]]}', { depth: 4, values: 100 })).toBeUndefined();
    expect(faultOf('{"a":[[[1]]]}', { depth: 3, values: 100 })).toBe('too-deep');
    expect(faultOf(`{"a":[${'0,'.repeat(50)}0]}`, { depth: 4, values: 20 })).toBe('too-many');
    expect(faultOf('['.repeat(1_000_000))).toBe('too-deep');
  });

  it('gives keys and values one by one', () => {
    const reader = new JsonReader(Buffer.from(' {"a" : {"b":1} , "c":[2,3] } '), WIDE);
    reader.enterObject();
    expect(reader.key()).toBe('a');
    expect(reader.isObject()).toBe(true);
    reader.enterObject();
    expect([reader.key(), reader.value(), reader.key()]).toEqual(['b', 1, undefined]);
    expect([reader.key(), reader.isObject(), reader.value(), reader.key()]).toEqual(['c', false, [2, 3], undefined]);
    reader.end();
  });
});

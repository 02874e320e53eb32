import { describe, expect, it } from 'vitest';
import { textOrJson, UsageError } from '../../../src/cli/arguments.js';
import { table } from '../../../src/cli/formats/table.js';

describe('a table', () => {
  it('has columns as wide as their longest cell, and no white space at the ends of lines', () => {
    expect(table(['name', 'path'], [['a', '/x'], ['long name', '']])).toBe('name       path\na          /x\nlong name\n');
  });

  it('lets no file name move the cursor or change colours', () => {
    expect(table(['name'], [['a\x1b[31m\r\nb\u009b']])).toBe('name\na\ufffd[31m\ufffd\ufffdb\ufffd\n');
  });
});

describe('the format of a command', () => {
  it('is text, or json in either spelling', () => {
    expect([textOrJson({}), textOrJson({ json: true }), textOrJson({ format: 'json' }), textOrJson({ format: 'json', json: true }), textOrJson({ format: 'text' })]).toEqual(['text', 'json', 'json', 'json', 'text']);
  });

  it.each([{ format: 'xml' }, { format: 'text', json: true }])('is refused when it is %j', (values) => {
    expect(() => textOrJson(values)).toThrow(UsageError);
  });
});

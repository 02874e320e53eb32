import { describe, expect, it } from 'vitest';
import { LensError } from '../../../src/base/errors.js';

describe('the sentence of an error', () => {
  it('is one line, whatever a path or a file put into it', () => {
    const error = new LensError('E_UNREADABLE', 'a\nb\r\u0085\u2028.', 'Do\tthis.');
    expect(error.sentence).toBe('a\\u000ab\\u000d\\u0085\\u2028. Do\\u0009this.');
    expect(new LensError('E_UNREADABLE', 'Größe „x“.').sentence).toBe('Größe „x“.');
  });
});

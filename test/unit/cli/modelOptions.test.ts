import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/cli/arguments.js';
import { pathOf, sessionOptions } from '../../../src/cli/modelOptions.js';

describe('the path of a model', () => {
  it('is absolute, "~" being the home folder', () => {
    expect(pathOf('~/m')).toBe(join(homedir(), 'm'));
    expect(pathOf('m')).toBe(resolve('m'));
  });

  it('is not empty: that would silently be the current folder', () => {
    expect(() => pathOf('')).toThrow(UsageError);
    expect(() => sessionOptions({ model: '', backend: 'auto' })).toThrow(UsageError);
  });
});

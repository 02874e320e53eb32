import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memoryBudget } from '../../../src/base/memoryBudget.js';
import { UsageError } from '../../../src/cli/arguments.js';
import { pathOf, sessionOptions } from '../../../src/cli/modelOptions.js';

describe('the memory of a run', () => {
  it('is what was asked for, else half of the machine', () => {
    expect(sessionOptions({ backend: 'auto', memory: '2GB' }).memory).toBe(2 ** 31);
    expect(sessionOptions({ backend: 'auto' }).memory).toBe(memoryBudget());
  });

  it('is an amount that a run can be given', () => {
    expect(() => sessionOptions({ backend: 'auto', memory: '100MB' })).toThrow(new UsageError('--memory takes an amount of memory of at least 256MB, for example 4GB or 1500MB, not "100MB"'));
  });
});

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

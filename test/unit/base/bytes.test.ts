import { describe, expect, it } from 'vitest';
import { bytesText, LEAST_MEMORY, parseMemory } from '../../../src/base/bytes.js';
import { memoryBudget } from '../../../src/base/memoryBudget.js';

describe('an amount of memory', () => {
  it.each([['4GB', 4 * 2 ** 30], ['1500MB', 1500 * 2 ** 20], [' 1.5 gb ', 1.5 * 2 ** 30], ['4GiB', 4 * 2 ** 30], ['1tb', 2 ** 40], ['262144KB', LEAST_MEMORY], ['256MB', LEAST_MEMORY]])('%s', (text, bytes) => {
    expect(parseMemory(text)).toBe(bytes);
  });

  it.each(['', '4', 'GB', '4 apples', '-4GB', '1e3GB', '4GBs', '0x10GB', '255MB', '0GB', '999999999999TB', '4,5GB', '1..5GB', 'NaNGB'])('is not "%s"', (text) => {
    expect(parseMemory(text)).toBeUndefined();
  });

  it('reads as people write it', () => {
    expect([bytesText(332_800), bytesText(900), bytesText(1.5 * 2 ** 30)]).toEqual(['325 KiB', '900 B', '1.5 GiB']);
  });

  it('is half of the machine where nobody has said, and never less than a run can be given', () => {
    expect([memoryBudget(16 * 2 ** 30), memoryBudget(1000)]).toEqual([8 * 2 ** 30, LEAST_MEMORY]);
  });
});

import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { mapLimit } from '../../../src/checkpoint/mapLimit.js';

describe('mapLimit', () => {
  it('keeps the order of the items and never runs more than the limit', async () => {
    let running = 0;
    let most = 0;
    const results = await mapLimit(Array.from({ length: 20 }, (_, i) => i), 3, async (i) => {
      most = Math.max(most, ++running);
      await sleep(5 - (i % 5));
      running--;
      return i * 2;
    });
    expect(results).toEqual(Array.from({ length: 20 }, (_, i) => i * 2));
    expect(most).toBe(3);
  });

  it('after a failure begins nothing more, and waits for what is under way', async () => {
    const begun: number[] = [];
    const ended: number[] = [];
    const run = mapLimit([0, 1, 2, 3, 4], 2, async (i) => {
      begun.push(i);
      if (i === 0) throw new Error('zero');
      await sleep(10);
      ended.push(i);
    });
    await expect(run).rejects.toThrow('zero');
    expect([begun, ended]).toEqual([[0, 1], [1]]);
  });

  it('gives nothing for nothing', async () => {
    expect(await mapLimit([], 4, () => Promise.reject(new Error('called')))).toEqual([]);
  });
});

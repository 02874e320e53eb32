import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planWindows } from '../../../src/engine/windows.js';

describe('planWindows', () => {
  it('runs a text that fits at once', () => {
    expect(planWindows(512, 512)).toEqual({ windows: [{ start: 0, end: 512, firstNew: 0 }] });
  });

  it('gives a longer text windows that overlap by half', () => {
    expect(planWindows(1100, 512)).toEqual({
      windows: [{ start: 0, end: 512, firstNew: 0 }, { start: 256, end: 768, firstNew: 512 }, { start: 512, end: 1024, firstNew: 768 }, { start: 588, end: 1100, firstNew: 1024 }],
      summary: { length: 512, stride: 256, count: 4 },
    });
  });

  it('covers every token exactly once, each with at least half a context before it', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 8, max: 600 }), (tokens, context) => {
      const { windows } = planWindows(tokens, context);
      let covered = 0;
      for (const { start, end, firstNew } of windows) {
        expect(firstNew).toBe(covered);
        expect(end - start).toBe(Math.min(tokens, context));
        if (firstNew > 0) expect(firstNew - start).toBeGreaterThanOrEqual(Math.floor(context / 2));
        covered = end;
      }
      expect(covered).toBe(tokens);
    }));
  });
});

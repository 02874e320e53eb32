import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { heatLevels } from '../../../src/analysis/heat.js';

describe('heat levels', () => {
  it('are 0 up to the median and rise with the square from there to the maximum', () => {
    expect(Array.from(heatLevels([1, 1, 1, 1, 1.5, 2.5, 4.5]))).toEqual([0, 0, 0, 0, 0, 1, 7]);
  });

  it('are all 0 where counts hardly differ', () => {
    expect(Array.from(heatLevels([2, 2, 2, 2.15]))).toEqual([0, 0, 0, 0]);
    expect(Array.from(heatLevels([2, 2, 2, 2.25]))).toEqual([0, 0, 0, 1]);
    expect(Array.from(heatLevels([2]))).toEqual([0]);
    expect(Array.from(heatLevels([]))).toEqual([]);
  });

  it('leave at least half of a text without colour, rise with the counts, and reach 7 if anything stands out', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 50 }), (counts) => {
      const levels = Array.from(heatLevels(counts));
      expect(levels.filter((level) => level === 0).length).toBeGreaterThanOrEqual(counts.length / 2);
      counts.forEach((count, i) => counts.forEach((other, j) => { if (count < other) expect(levels[i]).toBeLessThanOrEqual(levels[j] ?? 0); }));
      if (levels.some((level) => level > 0)) expect(Math.max(...levels)).toBe(7);
    }));
  });
});

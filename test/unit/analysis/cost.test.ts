import { describe, expect, it } from 'vitest';
import { savings, savingText, shareOfNative, shareText, type CostedRun } from '../../../src/analysis/cost.js';

const top8: CostedRun = { concretePolicy: 'top-k:8', simulated: false, meanExperts: 8, expertMs: 420 };
const topP: CostedRun = { concretePolicy: 'top-p:0.4', simulated: true, meanExperts: 4, expertMs: 210 };

describe('what a run costs', () => {
  it('against native Top-K is told without running that: cost follows the counts', () => {
    expect(shareOfNative(topP, 'top-k:8')).toBe(0.5);
    expect(shareText(topP, 'top-k:8')).toBe('half of the expert multiplications of Top-8');
    expect(shareText({ ...topP, meanExperts: 12 }, 'top-k:8')).toBe('150 % of the expert multiplications of Top-8');
  });

  it('is not told against itself, nor against Top-P, whose count depends on the text', () => {
    expect(shareText(top8, 'top-k:8')).toBeUndefined();
    expect(shareText(topP, 'top-p:0.6')).toBeUndefined();
  });

  it('is compared with the policy that took the most experts; that time was shared out, not measured by itself, is said', () => {
    expect(savings([top8, topP]).map(savingText)).toEqual(['Top-P 0.4 (simulated) against Top-8 (native): expert layers 210 ms instead of 420 ms, 50 % less (run together, time shared out by selections); 4.00 instead of 8.00 experts a token']);
    expect(savings([topP, top8])).toEqual(savings([top8, topP]));
    expect(savings([top8, topP, { ...topP, meanExperts: 2 }])).toHaveLength(2);
    expect(savings([topP])).toEqual([]);
  });

  it('says so when fewer experts took as long or longer, and no time where none was measured', () => {
    const text = (expertMs: number): string => savingText({ run: { ...topP, expertMs }, against: top8 });
    expect(text(504)).toContain('504 ms instead of 420 ms, 20 % more (');
    expect(text(421)).toContain(', the same (');
    const { expertMs: _, ...unmeasured } = topP;
    expect(savingText({ run: unmeasured, against: top8 })).toBe('Top-P 0.4 (simulated) against Top-8 (native): 4.00 instead of 8.00 experts a token');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLensError } from '../../../src/base/errors.js';
import type { ConcretePolicy } from '../../../src/routing/policy.js';
import { route, type Router } from '../../../src/routing/route.js';
import { softmaxScore } from '../../../src/routing/score.js';
import { rawWeights, renormalisedWeights } from '../../../src/routing/weigh.js';

const router = (experts: number, weigh = rawWeights): Router => ({ experts, score: softmaxScore, weigh, native: { kind: 'top-k', k: 1 } });
const logitsOf = (...probabilities: number[]): Float32Array => Float32Array.from(probabilities, Math.log);
const idsOf = (logits: Float32Array, policy: ConcretePolicy, experts: number): number[][] => {
  const { ids, offsets, tokens } = route(logits, router(experts), policy);
  return Array.from({ length: tokens }, (_, t) => [...ids.subarray(offsets[t], offsets[t + 1])]);
};

describe('Top-P', () => {
  it('keeps the smallest set whose probabilities reach p, the expert that crosses the threshold included', () => {
    const logits = logitsOf(0.1, 0.5, 0.15, 0.25);
    expect(idsOf(logits, { kind: 'top-p', p: 0.49 }, 4)).toEqual([[1]]);
    expect(idsOf(logits, { kind: 'top-p', p: 0.51 }, 4)).toEqual([[1, 3]]);
    expect(idsOf(logits, { kind: 'top-p', p: 0.76 }, 4)).toEqual([[1, 3, 2]]);
  });

  it('counts a sum that equals p as reached (the paper, not its code)', () => {
    expect(idsOf(new Float32Array(4), { kind: 'top-p', p: 0.5 }, 4)).toEqual([[0, 1]]);
    expect(idsOf(new Float32Array(4), { kind: 'top-p', p: 0.25 }, 4)).toEqual([[0]]);
  });

  it('keeps at least one expert for the smallest p and all for p = 1', () => {
    expect(idsOf(new Float32Array(8), { kind: 'top-p', p: 1e-9 }, 8)).toEqual([[0]]);
    expect(idsOf(logitsOf(0.999999, 1e-20), { kind: 'top-p', p: 1 }, 2)).toEqual([[0, 1]]);
  });
});

describe('Top-K', () => {
  it('breaks ties towards the lower index', () => {
    expect(idsOf(new Float32Array([1, 2, 2, 2, 0]), { kind: 'top-k', k: 2 }, 5)).toEqual([[1, 2]]);
  });

  it('keeps all experts when there are fewer than k', () => {
    expect(idsOf(new Float32Array([0, 1]), { kind: 'top-k', k: 8 }, 2)).toEqual([[1, 0]]);
  });
});

describe('weights', () => {
  it('are the raw probabilities, or those divided by their sum', () => {
    const logits = logitsOf(0.1, 0.6, 0.3);
    const policy = { kind: 'top-k', k: 2 } as const;
    expect(route(logits, router(3), policy).weights[1]).toBeCloseTo(0.3, 6);
    expect(route(logits, router(3, renormalisedWeights), policy).weights[1]).toBeCloseTo(1 / 3, 6);
  });
});

describe('margin and entropy', () => {
  it('says how far p is from adding or dropping an expert', () => {
    const { margins } = route(logitsOf(0.5, 0.3, 0.2), router(3), { kind: 'top-p', p: 0.6 });
    expect(margins[0]).toBeCloseTo(0.1, 5); // 0.6 - 0.5: with p <= 0.5 the second would go
  });

  it('says how close the first dropped expert is under Top-K', () => {
    const { margins, entropy } = route(logitsOf(0.5, 0.3, 0.2), router(3), { kind: 'top-k', k: 2 });
    expect(margins[0]).toBeCloseTo(0.1, 5);
    expect(entropy[0]).toBeCloseTo(-(0.5 * Math.log(0.5) + 0.3 * Math.log(0.3) + 0.2 * Math.log(0.2)), 5);
  });
});

describe('route', () => {
  it('refuses logits that are not finite', () => {
    try {
      route(new Float32Array([0, NaN]), router(2), { kind: 'top-k', k: 1 });
      expect.unreachable();
    } catch (error) {
      expect(isLensError(error, 'E_WEIGHTS_NOT_FINITE')).toBe(true);
    }
  });

  it('for any logits and p: a minimal prefix of the ranking, listed by descending probability', () => {
    const rows = fc.integer({ min: 1, max: 12 }).chain((experts) =>
      fc.tuple(fc.constant(experts), fc.array(fc.float({ min: -20, max: 20, noNaN: true }), { minLength: experts, maxLength: experts })));
    fc.assert(fc.property(rows, fc.double({ min: 0.01, max: 0.99, noNaN: true }), ([experts, row], p) => {
      const { ids, probabilities } = route(Float32Array.from(row), router(experts), { kind: 'top-p', p });
      const of = (expert: number): number => probabilities[expert];
      const sum = (experts_: readonly number[]): number => experts_.reduce((total, expert) => Math.fround(total + of(expert)), 0);
      const kept = [...ids];
      expect(new Set(kept).size).toBe(kept.length);
      for (let i = 1; i < kept.length; i++) expect(of(kept[i - 1])).toBeGreaterThanOrEqual(of(kept[i]));
      const dropped = [...Array(experts).keys()].filter((expert) => !kept.includes(expert));
      for (const expert of dropped) expect(of(expert)).toBeLessThanOrEqual(of(kept.at(-1) as number));
      if (dropped.length > 0) expect(sum(kept)).toBeGreaterThanOrEqual(Math.fround(p));
      expect(sum(kept.slice(0, -1))).toBeLessThan(Math.fround(p));
    }));
  });
});

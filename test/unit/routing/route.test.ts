import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLensError } from '../../../src/base/errors.js';
import type { ConcretePolicy } from '../../../src/routing/policy.js';
import { checkPolicy, isSimulated, route, type Router } from '../../../src/routing/route.js';
import { logitScore, sigmoidScore, softmaxScore } from '../../../src/routing/score.js';
import { rawWeights, renormalisedFrom, renormalisedPlus, renormalisedWeights, scaledWeights, sparseMixerWeights } from '../../../src/routing/weigh.js';

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

describe('a sigmoid router', () => {
  const sigmoid: Router = { experts: 3, score: sigmoidScore, weigh: scaledWeights(renormalisedPlus(1e-20), 2.5), native: { kind: 'top-k', k: 2 } };
  const logits = Float32Array.of(0, Math.log(3), -Math.log(3)); // 0.5, 0.75, 0.25

  it('reports each score as a share of their sum, and weighs by the scores themselves', () => {
    const { probabilities, ids, weights } = route(logits, sigmoid, { kind: 'native' });
    [1 / 3, 0.5, 1 / 6].forEach((share, expert) => { expect(probabilities[expert]).toBeCloseTo(share, 6); });
    expect([...ids]).toEqual([1, 0]);
    expect(weights[0]).toBeCloseTo((2.5 * 0.75) / 1.25, 6);
    const raw = route(logits, { ...sigmoid, weigh: rawWeights }, { kind: 'native' }).weights;
    expect(raw[0]).toBeCloseTo(0.75, 6);
  });

  it('stays a distribution where all scores underflow', () => {
    const { probabilities } = route(Float32Array.of(-200, -300, -400), sigmoid, { kind: 'native' });
    expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 6);
  });
});

describe('a selection bias', () => {
  const biased: Router = { experts: 3, score: softmaxScore, weigh: renormalisedFrom(1e-12), native: { kind: 'top-k', k: 1 } };
  const bias = Float32Array.of(0, 0, 1);

  it('orders the experts and is no part of probabilities, mass or weights', () => {
    const logits = logitsOf(0.6, 0.3, 0.1);
    expect([...route(logits, biased, { kind: 'native' }, bias).ids]).toEqual([2]);
    const two = route(logits, biased, { kind: 'top-k', k: 2 }, bias);
    expect([...two.ids]).toEqual([0, 2]); // listed by probability
    expect(two.weights[0]).toBeCloseTo(0.6 / 0.7, 6);
    const mass = route(logits, biased, { kind: 'top-p', p: 0.5 }, bias);
    expect([...mass.ids]).toEqual([0, 2]); // 2 comes first and has 0.1 of the mass only
  });

  it('is divided out from the least sum on', () => {
    expect(route(logitsOf(0.6, 0.3, 0.1), { ...biased, weigh: renormalisedFrom(0.9) }, { kind: 'native' }).weights[0]).toBeCloseTo(0.6 / 0.9, 6);
  });
});

describe('groups of experts', () => {
  const grouped = (best: number, kept = 1): Router => ({ experts: 4, score: softmaxScore, weigh: rawWeights, native: { kind: 'top-k', k: 2 }, groups: { groups: 2, kept, best } });
  const logits = logitsOf(0.4, 0.05, 0.3, 0.25);

  it('are ranked by their best score (DeepSeek-V2) or their best two (V3), and limit the native rule', () => {
    expect([...route(logits, grouped(1), { kind: 'native' }).ids]).toEqual([0, 1]);
    expect([...route(logits, grouped(2), { kind: 'native' }).ids]).toEqual([2, 3]);
  });

  it('limit no other policy, which is then simulated even where it has the native numbers', () => {
    expect([...route(logits, grouped(1), { kind: 'top-k', k: 2 }).ids]).toEqual([0, 2]);
    expect(isSimulated(grouped(1), { kind: 'top-k', k: 2 })).toBe(true);
    expect(isSimulated(grouped(1), { kind: 'native' })).toBe(false);
    expect(isSimulated(router(4), { kind: 'top-k', k: 1 })).toBe(false);
  });

  it('make the margin as small as the gap between the last group kept and the first lost', () => {
    expect(route(logits, grouped(1), { kind: 'native' }).margins[0]).toBeCloseTo(0.1, 6);
  });
});

describe('the sparse mixer', () => {
  const mixer: Router = { experts: 4, score: logitScore, weigh: sparseMixerWeights(0.01), native: { kind: 'top-k', k: 2 }, nativeOnly: 'why.' };

  it('weighs each pick among those near it, without earlier picks', () => {
    const { ids, weights } = route(Float32Array.of(1, 0.99, 0.985, -3), mixer, { kind: 'native' });
    expect([...ids]).toEqual([0, 1]);
    expect(weights[0]).toBeCloseTo(1 / (1 + Math.exp(-0.01) + Math.exp(-0.015)), 5);
    expect(weights[1]).toBeCloseTo(1 / (1 + Math.exp(-0.005)), 5);
  });

  it('gives a pick that stands alone the weight 1, the second one too', () => {
    expect([...route(Float32Array.of(5, 1, -4, -5), mixer, { kind: 'native' }).weights]).toEqual([1, 1]);
  });

  it('refuses policies that it defines no weights for, with a sentence', () => {
    expect(() => { checkPolicy(mixer, { kind: 'top-p', p: 0.4 }); }).toThrow(expect.objectContaining({ code: 'E_POLICY_UNSUPPORTED' }) as Error);
    expect(() => { checkPolicy(mixer, { kind: 'top-k', k: 1 }); }).toThrow('Top-1 would not be faithful to this checkpoint: why.');
    checkPolicy(mixer, { kind: 'native' });
    checkPolicy(mixer, { kind: 'top-k', k: 2 }); // that is what native does
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

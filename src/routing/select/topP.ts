import { edgeGap, type SelectionRule } from './rule.js';

export interface TopP {
  readonly kind: 'top-p';
  readonly p: number;
}

/**
 * Top-P (arXiv 2403.07652, equation 3): the smallest number of most probable experts whose summed probability
 * reaches p. At least one, no upper cap; p = 1 keeps all. The sum is float32, as in the reference: the official
 * code keeps while the sum is <= p, the paper says >= p; they differ only where the sum equals p, and the paper wins.
 */
export const topP: SelectionRule<TopP> = {
  kind: 'top-p',
  usage: 'top-p:P (0 < P <= 1, for example top-p:0.4)',
  parse: (argument) => {
    const p = /^(?:[0-9]{1,3}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})$/.test(argument) ? Number(argument) : NaN;
    return p > 0 && p <= 1 ? { kind: 'top-p', p } : 'P must be a number above 0 and at most 1';
  },
  format: (policy) => `top-p:${policy.p}`,
  label: (policy) => `Top-P ${policy.p}`,
  count: (policy, { probabilities }) => {
    if (policy.p >= 1) return probabilities.length;
    const p = Math.fround(policy.p);
    let sum = 0;
    for (let kept = 1; kept <= probabilities.length; kept++) {
      sum = Math.fround(sum + probabilities[kept - 1]);
      if (sum >= p) return kept;
    }
    return probabilities.length;
  },
  margin: (policy, ranked, kept) => {
    if (policy.p >= 1) return Infinity;
    const { probabilities } = ranked;
    let before = 0;
    for (let rank = 0; rank < kept - 1; rank++) before = Math.fround(before + probabilities[rank]);
    const sum = Math.fround(before + probabilities[kept - 1]);
    const fewer = kept > 1 ? policy.p - before : Infinity;
    return Math.min(Math.abs(sum - policy.p), fewer, edgeGap(ranked, kept));
  },
};

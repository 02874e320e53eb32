import { edgeGap, type SelectionRule } from './rule.js';

export interface TopK {
  readonly kind: 'top-k';
  readonly k: number;
}

/** Top-K: the k most probable experts, the same number for every token (all of them if there are fewer). */
export const topK: SelectionRule<TopK> = {
  kind: 'top-k',
  usage: 'top-k:K (K = 1, 2, ...)',
  parse: (argument) => (/^[1-9][0-9]{0,4}$/.test(argument) ? { kind: 'top-k', k: Number(argument) } : 'K must be a whole number from 1 to 99999'),
  format: (policy) => `top-k:${policy.k}`,
  label: (policy) => `Top-${policy.k}`,
  count: (policy, ranked) => Math.min(policy.k, ranked.scores.length),
  margin: (_policy, ranked, kept) => edgeGap(ranked, kept),
};

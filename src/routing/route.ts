import { LensError } from '../base/errors.js';
import { limitToGroups, type GroupLimit } from './groups.js';
import { policyLabel, samePolicy, type Policy } from './policy.js';
import { ruleOf, type ConcretePolicy } from './select/rules.js';
import type { Score } from './score.js';
import type { Weigh } from './weigh.js';

/** How a family routes. The three parts never mix: logits are scored, the policy selects, the family weighs. */
export interface Router {
  readonly experts: number;
  readonly score: Score;
  readonly weigh: Weigh;
  /** What the checkpoint was trained with. */
  readonly native: ConcretePolicy;
  /** A limit that belongs to the native rule alone. */
  readonly groups?: GroupLimit;
  /** Set where the weights of other selections than the native one are not defined: why, in a sentence. */
  readonly nativeOnly?: string;
}

/** Whether a run under `policy` is one that the checkpoint was not trained for. */
export function isSimulated(router: Router, policy: Policy): boolean {
  return policy.kind !== 'native' && (router.groups !== undefined || !samePolicy(policy, router.native));
}

/** @throws E_POLICY_UNSUPPORTED if this router can't follow the policy faithfully */
export function checkPolicy(router: Router, policy: Policy): void {
  if (router.nativeOnly === undefined || !isSimulated(router, policy)) return;
  throw new LensError('E_POLICY_UNSUPPORTED', `${policyLabel(policy)} would not be faithful to this checkpoint: ${router.nativeOnly}`, 'Use the native policy.');
}

/** What one MoE layer's router did with `tokens` tokens. Token t's experts are ids[offsets[t] .. offsets[t + 1]). */
export interface Routing {
  readonly tokens: number;
  readonly experts: number;
  /** [tokens + 1] */
  readonly offsets: Uint32Array;
  /** Selected experts by descending probability (ties: lower index first), and their gate weights in that order. */
  readonly ids: Uint16Array;
  readonly weights: Float32Array;
  /** [tokens, experts] */
  readonly probabilities: Float32Array;
  /** [tokens]: distance from another decision, in probability (see SelectionRule.margin). */
  readonly margins: Float32Array;
  /** [tokens]: -sum p ln p in nats. */
  readonly entropy: Float32Array;
}

/** Indices of a row by descending value; equal values keep the lower index first. Insertion sort: rows are short and mostly few. */
function rank(values: Float32Array, into: Uint16Array): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    let at = i;
    while (at > 0 && (values[into[at - 1]]) < value) {
      into[at] = into[at - 1];
      at--;
    }
    into[at] = i;
  }
}

function entropyOf(row: Float32Array): number {
  let entropy = 0;
  for (const p of row) if (p > 0) entropy -= p * Math.log(p);
  return entropy;
}

/**
 * Routes every row of router logits under a policy.
 * @param logits [tokens, router.experts] in row-major order, float32
 * @param bias [router.experts] added to the scores to order the experts (`e_score_correction_bias`); it is part of neither probabilities nor weights
 * @throws E_WEIGHTS_NOT_FINITE if a logit is NaN or infinite: no routing could be trusted
 */
export function route(logits: Float32Array, router: Router, policy: Policy, bias?: Float32Array): Routing {
  const { experts } = router;
  const tokens = logits.length / experts;
  if (!logits.every(Number.isFinite)) {
    throw new LensError('E_WEIGHTS_NOT_FINITE', 'The router gave a number that is not finite.', 'The checkpoint is damaged, or its activations overflow.');
  }
  const { probabilities, gate } = router.score(logits, experts);
  const concrete = policy.kind === 'native' ? router.native : policy;
  const groups = policy.kind === 'native' ? router.groups : undefined;
  const rule = ruleOf(concrete.kind);
  const offsets = new Uint32Array(tokens + 1);
  const margins = new Float32Array(tokens);
  const entropy = new Float32Array(tokens);
  const ids: number[] = [];
  const weights: number[] = [];
  const ranking = new Uint16Array(experts);
  const ranked = { probabilities: new Float32Array(experts), scores: new Float32Array(experts) };
  for (let token = 0; token < tokens; token++) {
    const row = probabilities.subarray(token * experts, (token + 1) * experts);
    const gateRow = gate.subarray(token * experts, (token + 1) * experts);
    const order = bias === undefined ? row.slice() : gateRow.map((score, expert) => score + bias[expert]);
    const groupGap = groups === undefined ? Infinity : limitToGroups(order, groups);
    rank(order, ranking);
    for (let i = 0; i < experts; i++) {
      ranked.probabilities[i] = row[ranking[i]];
      ranked.scores[i] = order[ranking[i]];
    }
    const count = rule.count(concrete, ranked);
    const kept = ranking.slice(0, count);
    if (bias !== undefined) kept.sort((a, b) => row[b] - row[a] || a - b);
    for (const expert of kept) ids.push(expert);
    for (const weight of router.weigh(kept, gateRow)) weights.push(weight);
    offsets[token + 1] = ids.length;
    margins[token] = Math.min(rule.margin(concrete, ranked, count), groupGap);
    entropy[token] = entropyOf(row);
  }
  return { tokens, experts, offsets, ids: Uint16Array.from(ids), weights: Float32Array.from(weights), probabilities, margins, entropy };
}

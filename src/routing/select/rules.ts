import { topK, type TopK } from './topK.js';
import { topP, type TopP } from './topP.js';
import type { SelectionRule } from './rule.js';

/** A rule with its numbers: what `native` stands for, and what every other policy is. A new rule adds its type here... */
export type ConcretePolicy = TopK | TopP;

/** ...and itself here. Nothing else names the rules. */
const RULES = { 'top-k': topK, 'top-p': topP } satisfies { [K in ConcretePolicy['kind']]: SelectionRule<Extract<ConcretePolicy, { kind: K }>> };

export const RULE_KINDS: readonly ConcretePolicy['kind'][] = Object.values(RULES).map((rule) => rule.kind);

/** The rule of a policy. The cast is safe because RULES maps each kind to the rule of that kind. */
export function ruleOf(kind: ConcretePolicy['kind']): SelectionRule<ConcretePolicy> {
  return RULES[kind] as unknown as SelectionRule<ConcretePolicy>;
}

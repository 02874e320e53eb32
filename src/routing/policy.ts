import { LensError } from '../base/errors.js';
import { RULE_KINDS, ruleOf, type ConcretePolicy } from './select/rules.js';

export type { ConcretePolicy } from './select/rules.js';

/** The rule that turns router probabilities into a set of experts. `native`: what the checkpoint was trained with. */
export type Policy = { readonly kind: 'native' } | ConcretePolicy;

/** All ways to write a policy, for messages and help. */
export const POLICY_USAGE = ['native', ...RULE_KINDS.map((kind) => ruleOf(kind).usage)].join(', ');

/**
 * Reads a policy from its text form: `native`, `top-k:2`, `top-p:0.4` (any case; a space will do for the colon).
 * @throws E_POLICY_INVALID for anything else, with the reason.
 */
export function parsePolicy(text: string): Policy {
  const trimmed = text.trim().toLowerCase();
  if (trimmed === 'native') return { kind: 'native' };
  const [kind = '', argument = ''] = trimmed.split(/\s*[:\s]\s*(.*)/s);
  const known = RULE_KINDS.find((candidate) => candidate === kind);
  const policy = known === undefined ? undefined : ruleOf(known).parse(argument);
  if (policy !== undefined && typeof policy !== 'string') return policy;
  throw new LensError('E_POLICY_INVALID', `"${text.trim().slice(0, 60)}" is not a routing policy${policy === undefined ? '' : `: ${policy}`}.`, `Use one of: ${POLICY_USAGE}.`);
}

/** The text form that `parsePolicy` reads. */
export function formatPolicy(policy: Policy): string {
  return policy.kind === 'native' ? 'native' : ruleOf(policy.kind).format(policy);
}

/** A short label for people: "Top-2", "Top-P 0.4". */
export function policyLabel(policy: Policy): string {
  return policy.kind === 'native' ? 'Native' : ruleOf(policy.kind).label(policy);
}

export function samePolicy(a: Policy, b: Policy): boolean {
  return formatPolicy(a) === formatPolicy(b);
}

import { LensError } from '../base/errors.js';

/** The rule that turns router probabilities into a set of experts (design: "policy"). */
export type Policy =
  | { readonly kind: 'native' }
  | { readonly kind: 'top-k'; readonly k: number }
  | { readonly kind: 'top-p'; readonly p: number };

/** A policy with `native` resolved to what the checkpoint was trained with. */
export type ConcretePolicy = Exclude<Policy, { kind: 'native' }>;

const FORMS = 'native, top-k:K (K = 1, 2, ...) or top-p:P (P between 0 and 1, for example top-p:0.4)';

function invalid(text: string, why: string): LensError {
  return new LensError('E_POLICY_INVALID', `"${text.slice(0, 60)}" is not a routing policy: ${why}.`, `Use ${FORMS}.`);
}

/**
 * Reads a policy from its text form: `native`, `top-k:2`, `top-p:0.4`.
 * @throws E_POLICY_INVALID for anything else, with the reason.
 */
export function parsePolicy(text: string): Policy {
  const trimmed = text.trim();
  if (trimmed === 'native') return { kind: 'native' };
  const separator = trimmed.indexOf(':');
  const kind = separator < 0 ? trimmed : trimmed.slice(0, separator);
  const argument = separator < 0 ? '' : trimmed.slice(separator + 1);
  if (kind === 'top-k') {
    if (!/^[0-9]{1,6}$/.test(argument) || Number(argument) < 1) throw invalid(text, 'K must be a whole number from 1');
    return { kind: 'top-k', k: Number(argument) };
  }
  if (kind === 'top-p') {
    if (!/^(?:[0-9]+\.?[0-9]*|\.[0-9]+)$/.test(argument)) throw invalid(text, 'P must be a number between 0 and 1');
    const p = Number(argument);
    if (!(p > 0 && p <= 1)) throw invalid(text, 'P must be above 0 and at most 1');
    return { kind: 'top-p', p };
  }
  throw invalid(text, `"${kind}" is not known`);
}

/** The text form that `parsePolicy` reads. */
export function formatPolicy(policy: Policy): string {
  switch (policy.kind) {
    case 'native': return 'native';
    case 'top-k': return `top-k:${policy.k}`;
    case 'top-p': return `top-p:${policy.p}`;
  }
}

/** A short label for people: "Top-2", "Top-P 0.4". */
export function policyLabel(policy: Policy): string {
  switch (policy.kind) {
    case 'native': return 'Native';
    case 'top-k': return `Top-${policy.k}`;
    case 'top-p': return `Top-P ${policy.p}`;
  }
}

export function samePolicy(a: Policy, b: Policy): boolean {
  return formatPolicy(a) === formatPolicy(b);
}

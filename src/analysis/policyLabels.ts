/** Policies as people read them, and which two a comparison sets side by side. */
import { formatPolicy, parsePolicy, POLICY_USAGE, policyLabel } from '../routing/policy.js';
import type { RunSummary } from '../trace/run.js';

/** All ways to write a policy, for prompts. */
export const POLICY_FORMS = POLICY_USAGE;

/** "Top-P 0.4". @throws E_POLICY_INVALID */
export function labelOf(policy: string): string {
  return policyLabel(parsePolicy(policy));
}

/** The one spelling of a policy: "top-p:.40" becomes "top-p:0.4". @throws E_POLICY_INVALID with the reason */
export function canonicalPolicy(policy: string): string {
  return formatPolicy(parsePolicy(policy));
}

/** "Top-P 0.4 (native)": what ran, and whether the checkpoint was trained with it. */
export function policyPhrase(run: Pick<RunSummary, 'concretePolicy' | 'simulated'>): string {
  return `${labelOf(run.concretePolicy)} (${run.simulated ? 'simulated' : 'native'})`;
}

/** What the next run uses: "Native (Top-P 0.4)" once the checkpoint is known, "Native" before. */
export function nextPolicyLabel(policy: string, nativePolicy: string | undefined): string {
  return policy === 'native' && nativePolicy !== undefined ? `Native (${labelOf(nativePolicy)})` : labelOf(policy);
}

export interface ComparedSettings {
  /** 0: the checkpoint's own K if it was trained with Top-K, else 2 (what the paper compares with). */
  readonly topK: number;
  readonly topP: number;
}

const PAPER_K = 2;

/**
 * The two policies of "Compare Top-K and Top-P"; the first is the one shown first. A policy that was chosen
 * stands for its kind, `native` for what the checkpoint was trained with; the other kind comes from the
 * checkpoint if it was trained with that, else from the settings.
 */
export function comparedPolicies(nativePolicy: string, chosen: string, settings: ComparedSettings): readonly [string, string] {
  const native = parsePolicy(nativePolicy);
  const first = parsePolicy(chosen);
  const firstKind = first.kind === 'native' ? native.kind : first.kind;
  if (firstKind === 'top-p') {
    if (native.kind === 'top-k' && settings.topK === 0) return [chosen, 'native'];
    return [chosen, formatPolicy({ kind: 'top-k', k: settings.topK === 0 ? PAPER_K : settings.topK })];
  }
  return [chosen, native.kind === 'top-p' ? 'native' : formatPolicy({ kind: 'top-p', p: settings.topP })];
}

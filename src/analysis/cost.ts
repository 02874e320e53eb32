/**
 * What a run's expert layers cost: against the native policy, and against another policy on the same text. Policies of one call run together, and each
 * is given the share of the time that its selections have (model/layers/mixture.ts): such times follow the counts and are no measurement of a saving, so
 * wherever two of them are compared the text says so.
 */
import { parsePolicy } from '../routing/policy.js';
import { durationText, meanText } from './labels.js';
import { labelOf, policyPhrase } from './policyLabels.js';

export interface CostedRun {
  readonly concretePolicy: string;
  readonly simulated: boolean;
  /** Mean over tokens and MoE layers. */
  readonly meanExperts: number;
  /** Time in the expert layers: measured for a run by itself, else its share; absent where neither is known. */
  readonly expertMs?: number;
}

/**
 * Expert multiplications of a run as a share of those of the native policy. Undefined for the native policy itself, and where
 * that one is no Top-K: what Top-P takes is not known without running it.
 */
export function shareOfNative({ simulated, meanExperts }: CostedRun, nativePolicy: string): number | undefined {
  const native = parsePolicy(nativePolicy);
  return simulated && native.kind === 'top-k' ? meanExperts / native.k : undefined;
}

/** "half of the expert multiplications of Top-8", "77 % of ..."; undefined as `shareOfNative`. */
export function shareText(run: CostedRun, nativePolicy: string): string | undefined {
  const share = shareOfNative(run, nativePolicy);
  if (share === undefined) return undefined;
  const percent = Math.round(100 * share);
  return `${percent === 50 ? 'half' : `${percent} %`} of the expert multiplications of ${labelOf(nativePolicy)}`;
}

/** A run, and one that took more experts on the same text. */
export interface Saving {
  readonly run: CostedRun;
  readonly against: CostedRun;
}

/** Each run against the one with the most experts. */
export function savings(runs: readonly CostedRun[]): readonly Saving[] {
  const most = runs.reduce<CostedRun | undefined>((found, run) => (found === undefined || run.meanExperts > found.meanExperts ? run : found), undefined);
  return most === undefined ? [] : runs.filter((run) => run !== most).map((run) => ({ run, against: most }));
}

/** "Top-4 (simulated) against Top-8 (native): expert layers 210 ms instead of 420 ms, 50 % less (run together, time shared out by selections); 4.00 instead of 8.00 experts a token" */
export function savingText({ run, against }: Saving): string {
  const times = run.expertMs === undefined || against.expertMs === undefined || against.expertMs === 0 ? []
    : [`expert layers ${durationText(run.expertMs)} instead of ${durationText(against.expertMs)}, ${changeText(run.expertMs, against.expertMs)} (run together, time shared out by selections)`];
  return `${policyPhrase(run)} against ${policyPhrase(against)}: ${[...times, `${meanText(run.meanExperts)} instead of ${meanText(against.meanExperts)} experts a token`].join('; ')}`;
}

/** In words, which a screen reader does not skip as it does a minus sign: "50 % less". */
function changeText(value: number, base: number): string {
  const percent = Math.round(100 * Math.abs(1 - value / base));
  return percent === 0 ? 'the same' : `${percent} % ${value < base ? 'less' : 'more'}`;
}

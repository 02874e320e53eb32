/** The figures of a run: numbers before pictures. */
import { savings, savingText, shareOfNative } from '../../src/analysis/cost.js';
import { bigText, lacksSurprisal, meanText, memoryWords } from '../../src/analysis/labels.js';
import { labelOf } from '../../src/analysis/policyLabels.js';
import type { PanelResult } from '../../src/protocol/panelApi.js';
import { duration, nats, percent, percentChange, policyName, whole } from '../format.js';

export interface Figure {
  readonly name: 'meanExperts' | 'difference' | 'share' | 'meanSurprisal' | 'activeParameters' | 'expertTime' | 'tokens';
  /** The number itself, for tests and for copying; null when there is none. */
  readonly value: number | null;
  readonly shown: string;
  readonly label: string;
  /** The same of the policy that was compared. */
  readonly other?: number | null;
}

export function figuresOf({ runs, tokens, model }: PanelResult): readonly Figure[] {
  const [first, second] = runs;
  if (first === undefined) return [];
  const under = first.simulated ? ` under ${policyName(first)}` : '';
  const against = (text: (run: typeof first) => string): string => (second ? ` (${policyName(second)}: ${text(second)})` : '');
  const others = (value: (run: typeof first) => number | null): Pick<Figure, 'other'> => (second ? { other: value(second) } : {});
  const figures: Figure[] = [{
    name: 'meanExperts', value: first.meanExperts, shown: meanText(first.meanExperts), ...others((run) => run.meanExperts),
    label: `experts a token${under}${against((run) => meanText(run.meanExperts))}`,
  }];
  if (second) {
    figures.push({
      name: 'difference', value: second.meanExperts > 0 ? first.meanExperts / second.meanExperts - 1 : null,
      shown: percentChange(first.meanExperts, second.meanExperts), label: `experts, ${first.label} against ${policyName(second)}`,
    });
  }
  const share = shareOfNative(first, model.nativePolicy);
  if (share !== undefined && runs.every((run) => run.simulated)) {
    const shareOf = (run: typeof first): number => shareOfNative(run, model.nativePolicy) ?? 1;
    figures.push({
      name: 'share', value: share, shown: percent(share), ...others(shareOf),
      label: `of native ${labelOf(model.nativePolicy)}'s expert multiplications${under}${against((run) => percent(shareOf(run)))}`,
    });
  }
  if (!lacksSurprisal(first.meanSurprisal, tokens.length)) {
    figures.push({
      name: 'meanSurprisal', value: first.meanSurprisal, shown: nats(first.meanSurprisal), ...others((run) => run.meanSurprisal),
      label: `nats of surprisal a token${under}${against((run) => nats(run.meanSurprisal))}`,
    });
  }
  figures.push({
    name: 'activeParameters', value: first.activeParameters, shown: bigText(first.activeParameters), ...others((run) => run.activeParameters),
    label: `of ${bigText(model.parameters)} parameters active${under}${against((run) => bigText(run.activeParameters))}`,
  });
  // of compared policies the note below has both times
  if (first.expertMs !== undefined && !second) figures.push({ name: 'expertTime', value: first.expertMs, shown: duration(first.expertMs), label: `in expert layers${under}` });
  figures.push({
    name: 'tokens', value: tokens.length, shown: whole(tokens.length),
    label: `${tokens.length === 1 ? 'token' : 'tokens'}, ${duration(first.forwardMs)}${second?.forwardMs === first.forwardMs ? ' for both' : against((run) => duration(run.forwardMs))}`,
  });
  return figures;
}

/** What stands below the figures: what the policy with fewer experts saved where two were compared, and the memory. */
export function costNotes({ runs, memory }: PanelResult): readonly { readonly name: 'saving' | 'memory'; readonly text: string }[] {
  return [
    ...savings(runs).map((saving) => ({ name: 'saving', text: `${savingText(saving)}.` } as const)),
    { name: 'memory', text: `Peak memory ${memoryWords(memory).join(' ')}.` },
  ];
}

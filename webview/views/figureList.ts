/** The figures of a run: numbers before pictures. */
import { bigText, meanText } from '../../src/analysis/labels.js';
import type { PanelResult } from '../../src/protocol/panelApi.js';
import { duration, nats, percentChange, policyName, whole } from '../format.js';

export interface Figure {
  readonly name: 'meanExperts' | 'difference' | 'meanSurprisal' | 'activeParameters' | 'tokens';
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
  figures.push({
    name: 'meanSurprisal', value: first.meanSurprisal, shown: nats(first.meanSurprisal), ...others((run) => run.meanSurprisal),
    label: `nats of surprisal a token${under}${against((run) => nats(run.meanSurprisal))}`,
  }, {
    name: 'activeParameters', value: first.activeParameters, shown: bigText(first.activeParameters), ...others((run) => run.activeParameters),
    label: `of ${bigText(model.parameters)} parameters active${under}${against((run) => bigText(run.activeParameters))}`,
  }, {
    name: 'tokens', value: tokens.length, shown: whole(tokens.length),
    label: `${tokens.length === 1 ? 'token' : 'tokens'}, ${duration(first.forwardMs)}${against((run) => duration(run.forwardMs))}`,
  });
  return figures;
}

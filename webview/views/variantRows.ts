/** The selection and its variant in numbers, and by how much the variant differs. */
import { meanText } from '../../src/analysis/labels.js';
import type { PanelRun, PanelToken } from '../../src/protocol/panelApi.js';
import { duration, nats, NONE, percentChange, signed, whole } from '../format.js';

export interface VariantRow {
  readonly name: 'tokens' | 'meanExperts' | 'expertsInAll' | 'expertTime' | 'meanSurprisal';
  readonly label: string;
  readonly values: readonly [string, string];
  readonly numbers: readonly [number | null, number | null];
  readonly change: string;
}

interface Side {
  readonly tokens: readonly PanelToken[];
  readonly run: PanelRun;
}

export function variantRows(own: Side, other: Side): readonly VariantRow[] {
  const [a, b] = [own.run, other.run];
  const [inAll, otherInAll] = [a.meanExperts * own.tokens.length, b.meanExperts * other.tokens.length];
  return [
    { name: 'tokens', label: 'Tokens', values: [whole(own.tokens.length), whole(other.tokens.length)], numbers: [own.tokens.length, other.tokens.length], change: signed(other.tokens.length - own.tokens.length, 0) },
    { name: 'meanExperts', label: 'Experts a token', values: [meanText(a.meanExperts), meanText(b.meanExperts)], numbers: [a.meanExperts, b.meanExperts], change: percentChange(b.meanExperts, a.meanExperts) },
    { name: 'expertsInAll', label: 'Experts a layer, whole text', values: [whole(inAll), whole(otherInAll)], numbers: [inAll, otherInAll], change: percentChange(otherInAll, inAll) },
    ...(a.expertMs === undefined || b.expertMs === undefined ? [] : [{
      name: 'expertTime', label: 'Time in expert layers', values: [duration(a.expertMs), duration(b.expertMs)], numbers: [a.expertMs, b.expertMs], change: percentChange(b.expertMs, a.expertMs),
    } as const]),
    ...(a.meanSurprisal === null && b.meanSurprisal === null ? [] : [{
      name: 'meanSurprisal', label: 'Nats of surprisal a token', values: [nats(a.meanSurprisal), nats(b.meanSurprisal)], numbers: [a.meanSurprisal, b.meanSurprisal],
      change: a.meanSurprisal === null || b.meanSurprisal === null ? NONE : signed(b.meanSurprisal - a.meanSurprisal, 2),
    } as const]),
  ];
}

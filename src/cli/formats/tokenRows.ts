import { lacksSurprisal } from '../../analysis/labels.js';
import type { Trace } from '../../trace/trace.js';

/** One token of a trace with its count in each MoE layer and their mean. */
export interface TokenRow {
  readonly index: number;
  readonly id: number;
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Nats; undefined where there is none. */
  readonly surprisal: number | undefined;
  readonly counts: readonly number[];
  readonly meanExperts: number;
}

export function tokenRows(trace: Trace): TokenRow[] {
  return Array.from(trace.tokens.ids, (id, index) => {
    const counts = trace.layers.map(({ offsets }) => offsets[index + 1] - offsets[index]);
    const surprisal = trace.surprisal[index];
    return {
      index, id, counts,
      start: trace.tokens.starts[index],
      end: trace.tokens.ends[index],
      text: trace.tokens.texts[index] ?? '',
      surprisal: Number.isNaN(surprisal) ? undefined : surprisal,
      meanExperts: counts.reduce((sum, count) => sum + count, 0) / counts.length,
    };
  });
}

/** ", 3.902 nats a token"; nothing for a single token. */
export function surprisalPhrase({ summary: { meanSurprisal }, tokens }: Trace): string {
  if (lacksSurprisal(meanSurprisal, tokens.ids.length)) return ', surprisal not computed';
  return meanSurprisal === null ? '' : `, ${meanSurprisal.toFixed(3)} nats a token`;
}

/** How many experts a run took: per token, per layer, in all. */
import type { RunSummary } from '../trace/run.js';
import { mean, quantile, sorted } from './statistics.js';

type Counted = Pick<RunSummary, 'counts' | 'tokenIds'>;

/** A layer's mean and the middle 80 % of its tokens. */
export interface LayerProfile {
  readonly layer: number;
  readonly mean: number;
  readonly p10: number;
  readonly p90: number;
}

/**
 * A token's count is the mean over the MoE layers: c_t = (1/M) sum_m counts[m, t], [T], in experts.
 * Double precision, so that a rounded count is the one that the trace JSON gives.
 */
export function meanCounts(run: Counted): Float64Array {
  const tokens = run.tokenIds.length;
  const layers = tokens === 0 ? 0 : run.counts.length / tokens;
  const means = new Float64Array(tokens);
  for (let m = 0; m < layers; m++) {
    for (let t = 0; t < tokens; t++) means[t] = (means[t] ?? 0) + (run.counts[m * tokens + t] ?? 0);
  }
  for (let t = 0; t < tokens; t++) means[t] = (means[t] ?? 0) / layers;
  return means;
}

/** (1 / M T) sum of all counts. Every token counts, also those without text (special tokens, white space). */
export function meanExperts(run: Counted): number {
  return mean(run.counts);
}

/** Mean of -ln p over the tokens that have one, in nats; null where none has (a single token). */
export function meanSurprisal(run: Pick<RunSummary, 'surprisal'>): number | null {
  const known = Array.from(run.surprisal).filter((nats) => Number.isFinite(nats));
  return known.length === 0 ? null : mean(known);
}

/** Per MoE layer: mean, 10th and 90th percentile of the counts over the tokens. */
export function layerProfile(run: Counted & { readonly model: Pick<RunSummary['model'], 'moeLayers'> }): LayerProfile[] {
  const tokens = run.tokenIds.length;
  return run.model.moeLayers.map((layer, m) => {
    const row = sorted(run.counts.subarray(m * tokens, (m + 1) * tokens));
    return { layer, mean: mean(row), p10: quantile(row, 0.1), p90: quantile(row, 0.9) };
  });
}

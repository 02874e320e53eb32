/** Everything that is drawn from one run on one text, computed once. */
import type { RunSummary } from '../trace/run.js';
import { layerProfile, meanCounts, meanExperts, meanSurprisal, type LayerProfile } from './counts.js';
import { heatLevels } from './heat.js';
import { topSpans, type Span } from './spans.js';
import { words, type Word } from './words.js';

export interface RunAnalysis {
  readonly run: RunSummary;
  /** Mean count and heat level per token, [T]. */
  readonly counts: Float64Array;
  readonly heat: Uint8Array;
  readonly words: readonly Word[];
  /** Heat level per word, among the words. */
  readonly wordHeat: Uint8Array;
  readonly spans: readonly Span[];
  readonly layers: readonly LayerProfile[];
  readonly meanExperts: number;
  readonly meanSurprisal: number | null;
}

export function analyze(text: string, run: RunSummary): RunAnalysis {
  const counts = meanCounts(run);
  const inWords = words(text, run.starts, run.ends, counts);
  return {
    run,
    counts,
    heat: heatLevels(counts),
    words: inWords,
    wordHeat: heatLevels(inWords.map((word) => word.count)),
    spans: topSpans(text, inWords, counts),
    layers: layerProfile(run),
    meanExperts: meanExperts(run),
    meanSurprisal: meanSurprisal(run),
  };
}

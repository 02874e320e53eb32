/** What the panel shows, built from a result as one JSON snapshot. */
import type { RunAnalysis } from '../analysis/analyze.js';
import { labelOf } from '../analysis/policyLabels.js';
import type { Span } from '../analysis/spans.js';
import type { PanelResult, PanelRun, PanelSpan, PanelToken, PanelVariant } from '../protocol/panelApi.js';
import type { RunSummary } from '../trace/run.js';

export interface AnalysedText {
  readonly text: string;
  /** One run, or two when policies were compared. */
  readonly runs: readonly [RunAnalysis, ...RunAnalysis[]];
}

export function panelResult(title: string, { text, runs }: AnalysedText, variant?: AnalysedText): PanelResult {
  const [first] = runs;
  const { model, backend, windows } = first.run;
  const { memory } = (variant ?? { runs }).runs[0].run; // what ran last
  return {
    title,
    text,
    model,
    backend,
    memory,
    tokens: panelTokens(first.run),
    runs: runs.map(panelRun),
    spans: first.spans.map((span) => panelSpan(text, span)),
    ...(variant === undefined ? {} : { variant: panelVariant(variant) }),
    ...(windows === undefined ? {} : { windows }),
  };
}

function panelVariant({ text, runs: [first] }: AnalysedText): PanelVariant {
  return { text, tokens: panelTokens(first.run), run: panelRun(first), spans: first.spans.map((span) => panelSpan(text, span)) };
}

function panelRun({ run, counts, heat, layers, meanExperts, meanSurprisal }: RunAnalysis): PanelRun {
  const tokens = run.tokenIds.length;
  return {
    policy: run.policy,
    concretePolicy: run.concretePolicy,
    label: labelOf(run.concretePolicy),
    simulated: run.simulated,
    meanExperts,
    meanSurprisal,
    activeParameters: run.activeParameters,
    forwardMs: run.forwardMs,
    ...(run.expertMs === undefined ? {} : { expertMs: run.expertMs }),
    counts: Array.from(counts),
    heat: Array.from(heat),
    layerCounts: run.model.moeLayers.map((_, m) => Array.from(run.counts.subarray(m * tokens, (m + 1) * tokens))),
    layers,
  };
}

function panelTokens(run: RunSummary): PanelToken[] {
  return Array.from(run.starts, (start, t) => {
    const surprisal = run.surprisal[t] ?? Number.NaN;
    return { start, end: run.ends[t] ?? start, surprisal: Number.isFinite(surprisal) ? surprisal : null };
  });
}

function panelSpan(text: string, span: Span): PanelSpan {
  return { start: span.start, end: span.end, text: text.slice(span.start, span.end), tokens: span.last - span.first + 1, meanExperts: span.count };
}

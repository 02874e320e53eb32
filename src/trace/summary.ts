import { formatPolicy } from '../routing/policy.js';
import type { RunSummary } from './run.js';
import type { Trace } from './trace.js';

/** The part of a trace that leaves the engine at once. */
export function runSummary(trace: Trace, traceId: number): RunSummary {
  const tokens = trace.tokens.ids.length;
  const counts = new Uint16Array(trace.layers.length * tokens);
  trace.layers.forEach((layer, m) => {
    for (let t = 0; t < tokens; t++) counts[m * tokens + t] = layer.offsets[t + 1] - layer.offsets[t];
  });
  return {
    traceId,
    model: trace.model,
    backend: trace.backend,
    policy: formatPolicy(trace.policy),
    concretePolicy: formatPolicy(trace.concrete),
    simulated: trace.simulated,
    textLength: trace.text.length,
    tokenIds: trace.tokens.ids,
    starts: trace.tokens.starts,
    ends: trace.tokens.ends,
    surprisal: trace.surprisal,
    counts,
    ...(trace.windows === undefined ? {} : { windows: trace.windows }),
    activeParameters: trace.summary.activeParameters,
    flops: trace.summary.flops,
    loadMs: trace.timings.loadMs,
    forwardMs: trace.timings.forwardMs,
    ...(trace.timings.expertMs === undefined ? {} : { expertMs: trace.timings.expertMs }),
    memory: trace.memory,
  };
}

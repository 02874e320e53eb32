import { besideText, scoresText } from '../../analysis/modelShape.js';
import { formatPolicy, policyLabel } from '../../routing/policy.js';
import type { Trace } from '../../trace/trace.js';
import { tokenRows } from './tokenRows.js';

const visible = (text: string): string => JSON.stringify(text).slice(1, -1);

/** A trace for a terminal: what ran, then a line per token, then the layers. */
export function traceToText(trace: Trace): string {
  const { model, summary } = trace;
  const kind = trace.simulated ? 'simulated: the checkpoint was not trained with it' : 'native';
  const lines = [
    `${model.name} (${model.family}), ${policyLabel(trace.concrete)} [${formatPolicy(trace.concrete)}, ${kind}], ${trace.backend.name} ${trace.backend.version}`,
    `${trace.tokens.ids.length} tokens, ${summary.meanExperts.toFixed(2)} of ${model.experts} experts a token and layer` +
      (summary.meanSurprisal === null ? '' : `, ${summary.meanSurprisal.toFixed(3)} nats a token`) + `, ${Math.round(trace.timings.forwardMs)} ms`,
    ...[besideText(model), scoresText(model)].filter((line) => line !== undefined),
    ...(trace.windows === undefined ? [] : [`longer than the context of ${model.contextLength}: run in ${trace.windows.count} windows of ${trace.windows.length} tokens`]),
    '',
    'experts  surprisal  counts by layer  token',
    ...tokenRows(trace).map((row) =>
      `${row.meanExperts.toFixed(2).padStart(7)}  ${(row.surprisal?.toFixed(3) ?? '-').padStart(9)}  ${row.counts.join(' ').padEnd(15)}  ${visible(row.text)}`),
    '',
    'layer  mean experts',
    ...trace.layers.map(({ layer }, m) => `${String(layer).padStart(5)}  ${summary.perLayer[m].toFixed(2)}`),
    '',
  ];
  return lines.join('\n');
}

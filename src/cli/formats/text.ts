import { savings, savingText, shareText, type CostedRun } from '../../analysis/cost.js';
import { durationText, memoryWords } from '../../analysis/labels.js';
import { besideText, scoresText } from '../../analysis/modelShape.js';
import { formatPolicy, policyLabel } from '../../routing/policy.js';
import type { Trace } from '../../trace/trace.js';
import { surprisalPhrase, tokenRows } from './tokenRows.js';

const visible = (text: string): string => JSON.stringify(text).slice(1, -1);

/** A trace for a terminal: what ran, then a line per token, then the layers. */
export function traceToText(trace: Trace): string {
  const { model, summary } = trace;
  const kind = trace.simulated ? 'simulated: the checkpoint was not trained with it' : 'native';
  const lines = [
    `${model.name} (${model.family}), ${policyLabel(trace.concrete)} [${formatPolicy(trace.concrete)}, ${kind}], ${trace.backend.name} ${trace.backend.version}`,
    `${trace.tokens.ids.length} tokens, ${summary.meanExperts.toFixed(2)} of ${model.experts} experts a token and layer` +
      `${surprisalPhrase(trace)}, ${durationText(trace.timings.forwardMs)}`,
    ...expertLine(trace),
    `memory ${memoryWords(trace.memory).join(' ')}`,
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

/** Of several traces of one text: what each saves against the one with the most experts. */
export function savingsText(traces: readonly Trace[]): string {
  return savings(traces.map(costOf)).map((saving) => `${savingText(saving)}\n`).join('');
}

/** "expert layers 210 ms; half of the expert multiplications of Top-8" */
function expertLine(trace: Trace): string[] {
  const { expertMs } = trace.timings;
  const share = shareText(costOf(trace), trace.model.nativePolicy);
  const parts = [...(expertMs === undefined ? [] : [`expert layers ${durationText(expertMs)}`]), ...(share === undefined ? [] : [share])];
  return parts.length === 0 ? [] : [parts.join('; ')];
}

function costOf({ concrete, simulated, summary, timings: { expertMs } }: Trace): CostedRun {
  return { concretePolicy: formatPolicy(concrete), simulated, meanExperts: summary.meanExperts, ...(expertMs === undefined ? {} : { expertMs }) };
}

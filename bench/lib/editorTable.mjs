// The editor's figures beside their limits. Pure.
import { markdown } from './tables.mjs';

const MB = 1e6;
const LIMITS = { activation: 50, task: 50, bytes: MB, cold: 1500, warm: 150 };

const sorted = (values) => [...values].sort((a, b) => a - b);
const median = (values) => (sorted(values)[values.length >> 1] + sorted(values)[(values.length - 1) >> 1]) / 2;
const worst = (values) => Math.max(...values);

const started = ({ load, call, finish }) => load + call + finish;
const steps = (figures) => [...new Set(figures.steps.map(({ step }) => step))].map((step) => ({ step, all: figures.steps.filter((each) => each.step === step) }));
/** What the engine sends in a step: most of it in the two that run. */
const sent = (figures, step) => figures.steps.filter((each) => each.step === step).map(({ bytes }) => bytes);

/** Whether every median is within its limit: what else the machine does is in the worst. */
export function verdict(figures) {
  return rows(figures, { short: 0, long: 1 }).every((row) => row.at(-1) !== 'MISSED');
}

/** As Markdown: each figure with its median, its worst and its limit. Tasks are in processor time, with the median and worst by the clock beside it. */
export function editorTable(figures, texts) {
  return markdown({ title: 'The editor stays fluent', head: ['what', 'median', 'worst', 'by the clock', 'limit', 'median within it'], rows: rows(figures, texts) });
}

function rows(figures, { short, long }) {
  const row = (what, values, limit, unit, clock) => [what, `${median(values).toFixed(0)} ${unit}`, `${worst(values).toFixed(0)} ${unit}`, clock === undefined ? '' : `${median(clock).toFixed(0)} / ${worst(clock).toFixed(0)} ms`, limit === undefined ? '' : `${limit} ${unit}`, limit === undefined ? '' : median(values) < limit ? 'yes' : 'MISSED'];
  const bytes = (step) => {
    const values = sent(figures, step);
    return [`from the engine, ${long} tokens: ${step}`, `${(median(values) / 1000).toFixed(0)} kB, ${(median(values) / long).toFixed(1)} B a token`, `${(worst(values) / 1000).toFixed(0)} kB`, '', '1000 kB', worst(values) < LIMITS.bytes ? 'yes' : 'MISSED'];
  };
  return [
    ...(figures.activation.length === 0 ? [] : [
      row(`activation (${figures.activation.length} starts)`, figures.activation.map(started), LIMITS.activation, 'ms'),
      row('  of it, loading the code', figures.activation.map(({ load }) => load), undefined, 'ms'),
      row('  of it, activate()', figures.activation.map(({ call, finish }) => call + finish), undefined, 'ms'),
      row(`command to first count, cold, ${short} tokens (${figures.cold.length} starts)`, figures.cold, LIMITS.cold, 'ms'),
    ]),
    ...(figures.warm.length === 0 ? [] : [row(`command to first count, warm, ${short} tokens (${figures.warm.length} runs)`, figures.warm, LIMITS.warm, 'ms')]),
    ...steps(figures).map(({ step, all }) => row(`longest task, ${long} tokens: ${step}`, all.map(({ cpu }) => cpu), step.startsWith('nothing') ? undefined : LIMITS.task, 'ms', all.map(({ wall }) => wall))),
    ...(figures.steps.length === 0 ? [] : [bytes('run and paint'), bytes('compare two policies')]),
  ];
}

// Figures as tables: `{ title, head, rows }`, cells are text. Pure.
import { ENGINES, OURS, engineOf } from './engines.mjs';
import { costPlace } from './plan.mjs';
import { shapeName, weightBytes } from './shape.mjs';

export const number = (value, digits = 0) => (value === undefined ? '-' : value.toFixed(digits));
/** "1 thread", "2 threads" */
export const counted = (count, what) => `${count} ${what}${count === 1 ? '' : 's'}`;
const ratio = (a, b) => (a === undefined || b === undefined ? '-' : (a / b).toFixed(2));
const span = (range) => (range === undefined ? '-' : [...new Set(range.map((value) => value.toFixed(1)))].join(' to '));

const SPEED_HEAD = ['engine', 'CPU ms', 'wall ms', 'median wall ms', 'tokens/s', 'GFLOPS (CPU)', 'GFLOPS (wall)', 'load s', 'first pass s', 'peak RSS MB', 'load average', 'MoE Lens / it, CPU', 'MoE Lens / it, wall'];

/**
 * Table 1: a table for each number of threads and length, a row for each engine.
 * @param {{ name: string, missing?: string, remedy?: string }[]} engines those of the run; what could not run says why
 */
export function speedTables(figures, { shape, engines, threads, tokens }) {
  return threads.flatMap((count) => tokens.map((length) => {
    const here = figures.filter((each) => isNative(each, shape) && each.threads === count && each.tokens === length);
    const ours = here.find(({ engine, failed }) => engine === OURS && failed === undefined);
    const order = engines.map(({ name }) => name);
    const rows = ENGINES.filter(({ name }) => order.includes(name)).map(({ name }) => speedRow(engines[order.indexOf(name)], here.find(({ engine }) => engine === name), ours));
    return { title: `${counted(length, 'token')}, ${counted(count, 'thread')}`, head: SPEED_HEAD, rows };
  }));
}

const isNative = (figure, shape) => shapeName(figure.shape) === shapeName(shape) && figure.policy === 'native' && figure.memory === undefined;

function speedRow({ name, missing, remedy }, figure, ours) {
  const { label } = engineOf(name);
  if (missing !== undefined) return [label, `missing: ${missing} (${remedy})`, ...SPEED_HEAD.slice(2).map(() => '')];
  if (figure === undefined || figure.failed !== undefined) return [label, `failed: ${figure?.failed ?? 'not measured'}`, ...SPEED_HEAD.slice(2).map(() => '')];
  return [
    label, number(figure.cpuMs), number(figure.wallMs), number(figure.medianMs), number(figure.tokensPerSecond), number(figure.gflopsCpu), number(figure.gflopsWall), number(figure.loadSeconds, 1), number(figure.firstSeconds, 1),
    number(figure.peakRssMB), span(figure.loadAverage), ratio(ours?.cpuMs, figure.cpuMs), ratio(ours?.wallMs, figure.wallMs),
  ];
}

/** Table 2: what MoE Lens costs, against one thing at a time. Empty where MoE Lens did not run. */
export function costTables(figures, { shape, threads, tokens }) {
  const place = costPlace(threads, tokens);
  const ours = figures.filter((each) => each.engine === OURS && each.threads === place.threads && each.failed === undefined);
  const here = ours.filter((each) => each.tokens === place.tokens);
  const ofShape = here.filter((each) => shapeName(each.shape) === shapeName(shape));
  return [
    byCount(ofShape.filter(({ memory }) => memory === undefined), shape),
    byLength(ours.filter((each) => isNative(each, shape))),
    byLayers(here.filter((each) => isNative(each, { ...shape, layers: each.shape.layers }))),
    byBudget(ofShape.filter(({ policy }) => policy === 'native'), shape),
  ].filter(({ rows }) => rows.length > 0).map((table) => ({ ...table, title: `${table.title} (${table.of ?? counted(place.tokens, 'token')}, ${counted(place.threads, 'thread')})` }));
}

/** The policies that were measured beside each other; `native` was measured at another time. */
export const withPolicies = (figures) => figures.filter(({ policy }) => policy !== 'native').sort((a, b) => a.meanCount - b.meanCount);

function byCount(figures, { topK }) {
  const all = figures.find(({ policy }) => policy === `top-k:${topK}`);
  const rows = withPolicies(figures).map((each) => {
    const share = each.meanCount / topK;
    const measured = each.expertCpuMs / all?.expertCpuMs;
    return [each.policy, number(each.meanCount, 2), number(each.expertCpuMs), number(each.expertMs), number(share, 3), number(measured, 3), `${((measured / share - 1) * 100).toFixed(0)} %`, number(each.cpuMs), number(each.wallMs)];
  });
  return { title: 'Cost against mean count', head: ['policy', 'mean count c', 'experts, CPU ms', 'experts, wall ms', `c / ${topK}`, `experts, CPU / that of Top-${topK}`, 'above c / k', 'whole pass, CPU ms', 'wall ms'], rows };
}

function byLength(figures) {
  const rows = [...figures].sort((a, b) => a.tokens - b.tokens).map((each) => [String(each.tokens), number(each.cpuMs), number(each.wallMs), number(each.cpuMs / each.tokens, 2), number(each.gflopsCpu), number(each.peakRssMB)]);
  return { title: 'Cost against text length', of: 'native policy', head: ['tokens', 'CPU ms', 'wall ms', 'CPU ms a token', 'GFLOPS (CPU)', 'peak RSS MB'], rows };
}

function byLayers(figures) {
  const rows = [...figures].sort((a, b) => a.shape.layers - b.shape.layers).map((each) => [String(each.shape.layers), number(each.cpuMs), number(each.wallMs), number(each.cpuMs / each.shape.layers, 1), number(each.peakRssMB)]);
  return { title: 'Cost against layers', head: ['layers', 'CPU ms', 'wall ms', 'CPU ms a layer', 'peak RSS MB'], rows };
}

function byBudget(figures, shape) {
  const unlimited = figures.find(({ memory }) => memory === undefined);
  const rows = [...figures].sort((a, b) => (b.memory ?? Infinity) - (a.memory ?? Infinity)).map((each) => [
    each.memory === undefined ? 'its own' : `${number(each.memory / 2 ** 20)} MB`, each.memory === undefined ? '-' : number(each.memory / weightBytes(shape), 3),
    number(each.cpuMs), number(each.wallMs), ratio(each.wallMs, unlimited?.wallMs), number(each.peakRssMB),
  ]);
  return { title: 'Cost against memory budget', head: ['budget', 'of the weights as f32', 'CPU ms', 'wall ms', 'wall / without', 'peak RSS MB'], rows };
}

/** As Markdown that also reads well in a terminal. */
export function markdown({ title, head, rows }) {
  const widths = head.map((name, c) => Math.max(name.length, ...rows.map((row) => (row[c + 1] === '' ? 0 : row[c].length))));
  const line = (cells) => `| ${cells.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]) : cell.padStart(widths[c]))).join(' | ')} |`;
  return [`### ${title}`, '', line(head), `|${widths.map((width, c) => (c === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`, ...rows.map(line), ''].join('\n');
}

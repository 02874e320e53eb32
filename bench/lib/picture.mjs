// The tables as pictures: SVG, drawn by ECharts without a browser.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as echarts from 'echarts';
import { ENGINES, OURS, engineOf } from './engines.mjs';
import { costPlace, costPolicies } from './plan.mjs';
import { shapeName } from './shape.mjs';
import { counted, withPolicies } from './tables.mjs';

/** One for each engine: the two of a program are of one hue. */
const COLOURS = ['#c2410c', '#fdba74', '#1d4ed8', '#60a5fa', '#166534', '#22c55e', '#a3e635'];
const BASE = { backgroundColor: '#ffffff', animation: false, textStyle: { fontFamily: 'sans-serif' } };

function draw(options, width, height) {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
  chart.setOption({ ...BASE, ...options });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

/**
 * Writes the pictures of a run and names them.
 * @returns {{ file: string, alt: string }[]}
 */
export function writePictures(folder, figures, run) {
  const measured = figures.filter(({ failed }) => failed === undefined);
  const pictures = [
    ...run.threads.map((threads) => speedPicture(measured, run, threads)),
    costPicture(measured, run),
  ].filter((picture) => picture !== undefined);
  mkdirSync(folder, { recursive: true });
  return pictures.map(({ file, alt, svg }) => {
    writeFileSync(join(folder, file), svg);
    return { file, alt };
  });
}

/** GFLOPS of each engine by length: of CPU time with one thread, of wall time with more. */
function speedPicture(figures, { shape, engines, tokens, threads: all }, threads) {
  const key = threads === 1 ? 'gflopsCpu' : 'gflopsWall';
  const of = `GFLOPS of ${threads === 1 ? 'CPU' : 'wall'} time, ${counted(threads, 'thread')}`;
  const native = figures.filter((each) => each.threads === threads && each.policy === 'native' && each.memory === undefined && shapeName(each.shape) === shapeName(shape));
  if (native.length === 0) return undefined;
  const series = engines.map(({ name, missing }) => ({
    type: 'bar', name: `${engineOf(name).label}${missing === undefined ? '' : ' (missing)'}`, itemStyle: { color: COLOURS[ENGINES.indexOf(engineOf(name))] }, barGap: '10%', label: { show: true, position: 'top', fontSize: 10, formatter: ({ value }) => (value === null ? '' : value.toFixed(0)) },
    data: tokens.map((count) => native.find((each) => each.engine === name && each.tokens === count)?.[key] ?? null),
  }));
  const svg = draw({
    title: { text: of, subtext: `${shape.layers} layers, hidden ${shape.hidden}, ${shape.experts} experts Top-${shape.topK}; more is better`, left: 'center' },
    legend: { bottom: 0 }, grid: { left: 50, right: 20, top: 70, bottom: 80 }, xAxis: { type: 'category', data: tokens.map((count) => `${count} tokens`) }, yAxis: { type: 'value' }, series,
  }, 900, 420);
  return { file: `speed-${threads === Math.min(...all) ? threads : 'all'}.svg`, alt: `${of}, by engine and length of the text`, svg };
}

/** Time in expert layers against mean count, with the line along which cost follows the count. */
function costPicture(figures, { shape, threads, tokens }) {
  const place = costPlace(threads, tokens);
  const ours = withPolicies(figures.filter((each) => each.engine === OURS && each.threads === place.threads && each.tokens === place.tokens && each.memory === undefined && shapeName(each.shape) === shapeName(shape)));
  const whole = ours.find(({ policy }) => policy === `top-k:${shape.topK}`);
  if (whole?.expertCpuMs === undefined) return undefined;
  const points = (kind) => ours.filter(({ policy }) => policy.startsWith(kind) && costPolicies(shape).includes(policy)).map(({ meanCount, expertCpuMs }) => [meanCount, expertCpuMs]);
  const svg = draw({
    title: { text: 'Expert layers: CPU ms against mean count', subtext: `MoE Lens, native, ${place.tokens} tokens`, left: 'center' }, legend: { bottom: 0 }, grid: { left: 70, right: 30, top: 70, bottom: 80 },
    xAxis: { type: 'value', name: 'experts a token', nameLocation: 'middle', nameGap: 26, min: 0 }, yAxis: { type: 'value', min: 0 },
    series: [
      { type: 'line', name: `c / ${shape.topK} of Top-${shape.topK}`, data: [[0, 0], [shape.topK, whole.expertCpuMs]], symbol: 'none', color: '#9ca3af', lineStyle: { type: 'dashed' } },
      { type: 'scatter', name: 'Top-K', data: points('top-k'), color: COLOURS[2], symbolSize: 9 },
      { type: 'scatter', name: 'Top-P', data: points('top-p'), color: COLOURS[0], symbol: 'diamond', symbolSize: 12 },
    ],
  }, 700, 400);
  return { file: 'cost.svg', alt: 'CPU time in expert layers against the mean count of experts', svg };
}

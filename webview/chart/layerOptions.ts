/** The layer chart as ECharts takes it: a mean line per policy over a band from the 10th to the 90th percentile of tokens. */
import type { LineSeriesOption } from 'echarts/charts';
import type { AriaComponentOption, GridComponentOption, TooltipComponentOption } from 'echarts/components';
import type { ComposeOption } from 'echarts/core';
import { countText, meanText } from '../../src/analysis/labels.js';
import { policyName } from '../format.js';
import type { Theme } from '../theme.js';
import { chartSummary, type LayerSeries } from './layerSeries.js';

export type LayerChartOption = ComposeOption<LineSeriesOption | GridComponentOption | TooltipComponentOption | AriaComponentOption>;

const BAND_OPACITY = 0.16;

export function layerOptions(series: readonly LayerSeries[], theme: Theme): LayerChartOption {
  const axisText = { color: theme.dim, fontFamily: theme.fontFamily, fontSize: 11 };
  return {
    animation: false,
    textStyle: { fontFamily: theme.fontFamily },
    aria: { enabled: true, label: { description: chartSummary(series) } },
    grid: { left: 34, right: 14, top: 14, bottom: 40, outerBoundsMode: 'none' },
    xAxis: {
      type: 'category', data: (series[0]?.layers ?? []).map(String), boundaryGap: (series[0]?.layers.length ?? 0) < 2,
      name: 'layer', nameLocation: 'middle', nameGap: 24, nameTextStyle: axisText,
      axisLabel: axisText, axisTick: { show: false }, axisLine: { lineStyle: { color: theme.grid } },
    },
    yAxis: { type: 'value', min: 0, minInterval: 1, splitNumber: 4, axisLabel: axisText, splitLine: { lineStyle: { color: theme.grid } } },
    tooltip: {
      trigger: 'axis', renderMode: 'richText', confine: true, // drawn, not HTML: the CSP refuses its inline styles
      backgroundColor: theme.tooltip.background, borderColor: theme.tooltip.border, borderWidth: 1, padding: 8,
      textStyle: { color: theme.tooltip.foreground, fontFamily: theme.fontFamily, fontSize: 12 },
      axisPointer: { type: 'line', lineStyle: { color: theme.dim, type: 'dotted' } },
      formatter: (at) => tooltipText(series, indexOf(at)),
    },
    series: series.flatMap((one, i) => [...band(one, i, theme), meanLine(one, i, theme)]),
  };
}

export function tooltipText(series: readonly LayerSeries[], index: number): string {
  const lines = series.map((one) => {
    const [mean, low, high] = [one.mean, one.p10, one.p90].map((values) => values[index] ?? 0);
    return `${policyName(one)}: ${meanText(mean ?? 0)}  (${countText(low ?? 0)} to ${countText(high ?? 0)})`;
  });
  return [`Layer ${series[0]?.layers[index] ?? index}`, ...lines].join('\n');
}

function indexOf(at: unknown): number {
  const first: unknown = Array.isArray(at) ? at[0] : at;
  return typeof first === 'object' && first !== null && 'dataIndex' in first && typeof first.dataIndex === 'number' ? first.dataIndex : 0;
}

function accentOf(theme: Theme, i: number): string {
  return theme.accents[i === 0 ? 0 : 1];
}

/** Two stacked lines without strokes: the lower edge, and the height above it, filled. */
function band(one: LayerSeries, i: number, theme: Theme): readonly LineSeriesOption[] {
  const edge: LineSeriesOption = {
    type: 'line', stack: `band-${i}`, symbol: 'none', silent: true, z: 1 + i, lineStyle: { opacity: 0 }, emphasis: { disabled: true },
  };
  return [
    { ...edge, id: `low-${i}`, data: [...one.p10] },
    { ...edge, id: `high-${i}`, data: one.p90.map((high, layer) => high - (one.p10[layer] ?? 0)), areaStyle: { color: accentOf(theme, i), opacity: BAND_OPACITY } },
  ];
}

/** The second policy is dashed with square points, so that the two are told apart without colour. */
function meanLine(one: LayerSeries, i: number, theme: Theme): LineSeriesOption {
  const color = accentOf(theme, i);
  return {
    id: `mean-${i}`, name: policyName(one), type: 'line', data: [...one.mean], z: 10 + i,
    symbol: i === 0 ? 'circle' : 'rect', symbolSize: 6, showAllSymbol: true,
    itemStyle: { color }, lineStyle: { color, width: 2, type: i === 0 ? 'solid' : 'dashed' }, emphasis: { disabled: true },
  };
}

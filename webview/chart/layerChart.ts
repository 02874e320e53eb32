/** Puts the layer chart on the page and keeps it in step with size and theme. The one file that runs ECharts. */
import { LineChart } from 'echarts/charts';
import { AriaComponent, GridComponent, TooltipComponent } from 'echarts/components';
import { init, use, type EChartsType } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { h } from '../dom.js';
import type { Theme } from '../theme.js';
import { layerOptions } from './layerOptions.js';
import { chartSummary, type LayerSeries } from './layerSeries.js';

use([LineChart, GridComponent, TooltipComponent, AriaComponent, SVGRenderer]);

export interface LayerChart {
  readonly element: HTMLElement;
  show(series: readonly LayerSeries[], theme: Theme): void;
}

/** The chart starts when it first has a size: behind a hidden tab it has none. */
export function layerChart(): LayerChart {
  const element = h('div', { class: 'chart', id: 'layer-chart', role: 'img' });
  let chart: EChartsType | undefined;
  let current: { readonly series: readonly LayerSeries[]; readonly theme: Theme } | undefined;
  let waiting = 0;
  const drawSoon = (): void => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(draw, 0); // a task of its own, after the text
  };
  const draw = (): void => {
    if (!current || element.clientWidth === 0) return;
    chart ??= init(element, null, { renderer: 'svg' });
    chart.setOption(layerOptions(current.series, current.theme), { notMerge: true });
  };
  new ResizeObserver(() => {
    if (element.clientWidth === 0) return;
    if (chart) chart.resize();
    else drawSoon();
  }).observe(element);
  return {
    element,
    show: (series, theme) => {
      current = { series, theme };
      element.dataset['series'] = JSON.stringify(series);
      element.setAttribute('aria-label', chartSummary(series));
      drawSoon();
    },
  };
}

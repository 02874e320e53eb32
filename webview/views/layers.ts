/** Where in the layers: mean experts by layer with spread, as a chart and as its table. */
import { layerChart } from '../chart/layerChart.js';
import { layerSeries, type LayerSeries } from '../chart/layerSeries.js';
import { fill, h, section } from '../dom.js';
import { countText, meanText } from '../../src/analysis/labels.js';
import { denseLayers } from '../../src/analysis/modelShape.js';
import { policyName } from '../format.js';
import type { PanelResult, PanelRun } from '../../src/protocol/panelApi.js';
import type { Choices } from '../memory.js';
import type { Theme } from '../theme.js';
import { tabs } from '../toolkit.js';
import { policyTag } from './policyTag.js';
import type { Actions, View } from './view.js';

export function layersView(actions: Actions): View {
  const chart = layerChart();
  const legend = h('p', { class: 'legend' });
  const table = h('div', { class: 'table-scroll', tabindex: 0, role: 'region', 'aria-label': 'Experts by layer, table' });
  const switcher = tabs<Choices['layers']>('Experts by layer as', [
    { value: 'chart', label: 'Chart', body: h('div', { class: 'figure' }, chart.element, legend) },
    { value: 'table', label: 'Table', body: table },
  ], (layers) => actions.choose({ layers }));
  const { element } = section('layers', 'Experts by layer', switcher.element);
  let shownRuns: readonly PanelRun[] | undefined;
  let shownTheme: Theme | undefined;
  let shownChoice: Choices['layers'] | undefined;

  return {
    element,
    render: ({ state, choices, theme }) => {
      if (choices.layers !== shownChoice) switcher.show(shownChoice = choices.layers);
      const { result } = state;
      const runs = result?.runs;
      if (!result || !runs || (runs === shownRuns && theme === shownTheme)) return;
      const series = layerSeries(runs);
      chart.show(series, theme);
      if (runs !== shownRuns) {
        fill(legend, ...runs.map(policyTag), h('span', { class: 'dim' }, 'line: mean; band: the middle 80\u202f% of tokens'));
        fill(table, layerTable(series, result.model));
      }
      [shownRuns, shownTheme] = [runs, theme];
    },
  };
}

const COLUMNS = [['mean', 'Mean', meanText], ['p10', '10th percentile', countText], ['p90', '90th percentile', countText]] as const;

function layerTable(series: readonly LayerSeries[], model: PanelResult['model']): HTMLElement {
  const rowOf = new Map((series[0]?.layers ?? []).map((layer, row) => [layer, row]));
  const layers = [...rowOf.keys(), ...denseLayers(model)].sort((a, b) => a - b);
  return h('table', { id: 'layer-table' },
    h('caption', { class: 'visually-hidden' }, 'Experts a token by layer'),
    h('thead', {},
      h('tr', {}, h('th', { scope: 'col', rowspan: 2 }, 'Layer'), ...series.map((one, i) => h('th', { scope: 'colgroup', colspan: COLUMNS.length, class: `accent-${i}` }, policyName(one)))),
      h('tr', {}, ...series.flatMap(() => COLUMNS.map(([stat, label]) => h('th', { scope: 'col', 'data-stat': stat }, label))))),
    h('tbody', {}, ...layers.map((layer) => h('tr', { 'data-layer': layer }, h('th', { scope: 'row' }, String(layer)), ...cellsOf(series, rowOf.get(layer))))));
}

/** @param row of the layer among those with experts; undefined for a dense one */
function cellsOf(series: readonly LayerSeries[], row: number | undefined): readonly HTMLElement[] {
  if (row === undefined) return [h('td', { class: 'dim', 'data-dense': true, colspan: series.length * COLUMNS.length }, 'dense: no experts')];
  return series.flatMap((one, i) => COLUMNS.map(([stat, , format]) => {
    const value = one[stat][row] ?? 0;
    return h('td', { 'data-run': i, 'data-stat': stat, 'data-value': value }, format(value));
  }));
}

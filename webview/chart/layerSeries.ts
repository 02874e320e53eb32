/** The numbers of the layer chart, its table and its summary in words. */
import { meanText } from '../../src/analysis/labels.js';
import type { PanelRun } from '../../src/protocol/panelApi.js';
import { policyName } from '../format.js';

export interface LayerSeries {
  readonly policy: string;
  readonly label: string;
  readonly simulated: boolean;
  readonly layers: readonly number[];
  readonly mean: readonly number[];
  readonly p10: readonly number[];
  readonly p90: readonly number[];
}

export function layerSeries(runs: readonly PanelRun[]): readonly LayerSeries[] {
  return runs.map(({ concretePolicy, label, simulated, layers }) => ({
    policy: concretePolicy, label, simulated,
    layers: layers.map(({ layer }) => layer),
    mean: layers.map(({ mean }) => mean), p10: layers.map(({ p10 }) => p10), p90: layers.map(({ p90 }) => p90),
  }));
}

/** What a person who does not see the chart needs of it. */
export function chartSummary(series: readonly LayerSeries[]): string {
  const lines = series.map((one) => {
    const { layers, mean } = one;
    const [first, last] = [0, mean.length - 1];
    if (last < 0) return `${policyName(one)}: no MoE layers.`;
    const most = mean.indexOf(Math.max(...mean));
    const least = mean.indexOf(Math.min(...mean));
    const at = (i: number): string => `${meanText(mean[i] ?? 0)} in layer ${layers[i] ?? 0}`;
    if (last === 0) return `${policyName(one)}: ${at(0)}.`;
    return `${policyName(one)}: from ${at(first)} to ${at(last)}; most ${at(most)}, fewest ${at(least)}.`;
  });
  return `Mean experts a token by layer. ${lines.join(' ')} The table has every number.`;
}

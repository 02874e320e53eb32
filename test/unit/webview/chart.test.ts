import { describe, expect, it } from 'vitest';
import { layerOptions, tooltipText } from '../../../webview/chart/layerOptions.js';
import { chartSummary, layerSeries } from '../../../webview/chart/layerSeries.js';
import { darkTheme, sampleRun, TOP_2 } from './samples.js';

const series = layerSeries([sampleRun(), TOP_2]);

describe('the layer chart', () => {
  it('draws each policy as a mean line in its accent, the second dashed with square points', () => {
    const theme = darkTheme();
    const lines = [layerOptions(series, theme).series].flat().filter((one) => String(one?.id).startsWith('mean'));
    expect(lines.map((line) => [line?.data, line?.lineStyle?.color, line?.lineStyle?.type, line?.symbol])).toEqual([
      [[2.67, 1], theme.accents[0], 'solid', 'circle'], [[2, 2], theme.accents[1], 'dashed', 'rect'],
    ]);
  });

  it('draws the band from the 10th to the 90th percentile', () => {
    const [low, high] = [layerOptions(series, darkTheme()).series].flat();
    expect(low?.data).toEqual([2, 1]);
    expect(high?.data).toEqual([1, 0]); // heights above the lower edge
    expect(high?.stack).toBe(low?.stack);
  });

  it('names layers by their number in the model', () => {
    expect(layerOptions(series, darkTheme()).xAxis).toMatchObject({ data: ['0', '2'] });
  });

  it('has a tooltip that is drawn and not HTML, because of the CSP', () => {
    expect(layerOptions(series, darkTheme()).tooltip).toMatchObject({ renderMode: 'richText' });
  });

  it('says in words what it shows, and which policy is simulated', () => {
    expect(chartSummary(series)).toBe('Mean experts a token by layer. Top-P 0.4: from 2.67 in layer 0 to 1.00 in layer 2; most 2.67 in layer 0, fewest 1.00 in layer 2. '
      + 'Top-2, simulated: from 2.00 in layer 0 to 2.00 in layer 2; most 2.00 in layer 0, fewest 2.00 in layer 0. The table has every number.');
    expect(tooltipText(series, 1)).toBe('Layer 2\nTop-P 0.4: 1.00  (1.0 to 1.0)\nTop-2, simulated: 2.00  (2.0 to 2.0)');
  });

  it('takes a model with one MoE layer', () => {
    const [layer] = sampleRun().layers;
    const one = layerSeries([sampleRun({ layers: layer ? [layer] : [] })]);
    expect(chartSummary(one)).toContain('Top-P 0.4: 2.67 in layer 0.');
    expect(layerOptions(one, darkTheme()).xAxis).toMatchObject({ boundaryGap: true });
  });
});

/** Small made-up snapshots for the tests of the panel. */
import type { PanelResult, PanelRun, PanelState, PanelToken } from '../../../src/protocol/panelApi.js';
import type { ModelFacts } from '../../../src/trace/modelFacts.js';
import { readTheme, type Theme } from '../../../webview/theme.js';

export function sampleRun(change: Partial<PanelRun> = {}): PanelRun {
  return {
    policy: 'native', concretePolicy: 'top-p:0.4', label: 'Top-P 0.4', simulated: false, meanExperts: 1.83, meanSurprisal: 3.9,
    activeParameters: 4_870_000, forwardMs: 41, counts: [1.5, 2, 2], heat: [0, 3, 7], layerCounts: [[2, 3, 3], [1, 1, 1]],
    layers: [{ layer: 0, mean: 2.67, p10: 2, p90: 3 }, { layer: 2, mean: 1, p10: 1, p90: 1 }], ...change,
  };
}

export const TOP_2 = sampleRun({
  policy: 'top-k:2', concretePolicy: 'top-k:2', label: 'Top-2', simulated: true, meanExperts: 2, meanSurprisal: 3.97, forwardMs: 44,
  counts: [2, 2, 2], heat: [0, 0, 0], layerCounts: [[2, 2, 2], [2, 2, 2]], layers: [{ layer: 0, mean: 2, p10: 2, p90: 2 }, { layer: 2, mean: 2, p10: 2, p90: 2 }],
});

export const tokens = (...ends: readonly (readonly [number, number])[]): PanelToken[] =>
  ends.map(([start, end], i) => ({ start, end, surprisal: i === 0 ? null : 2.5 }));

export function sampleResult(change: Partial<PanelResult> = {}): PanelResult {
  return {
    title: 'prompt.md:3-9', text: 'They swap.', tokens: tokens([0, 4], [4, 9], [9, 10]), runs: [sampleRun()], spans: [],
    model: {
      name: 'demo', path: 'demo', family: 'dynamic', format: 'safetensors', layers: 3, moeLayers: [0, 2], experts: 8, sharedExperts: 0, nativePolicy: 'top-p:0.4',
      parameters: 12_300_000, denseParameters: 1, denseProductParameters: 1, expertParameters: 1, hiddenSize: 4, vocabularySize: 10, contextLength: 512, dtypes: ['BF16'], weightBytes: 1, memoryBytes: 2, activeParameters: 3,
    },
    backend: { name: 'wasm', version: '4.22.0', threads: 2 }, memory: { budgetBytes: 2 ** 31, estimatedBytes: 1.8 * 2 ** 30, peakBytes: 1.9 * 2 ** 30 }, ...change,
  };
}

export function sampleFacts(change: Partial<ModelFacts> = {}): ModelFacts {
  return { model: sampleResult().model, budget: { backend: 'wasm', bytes: 1e9 }, fits: 'memory', tokenizer: 'BPE', chatTemplate: false, ...change };
}

export function sampleState(change: Partial<PanelState> = {}): PanelState {
  return { status: { kind: 'fresh' }, modelName: 'demo', policyLabel: 'Native', details: [], result: sampleResult(), ...change };
}

/** VS Code's Dark Modern, as far as the panel reads it. */
export const DARK: Readonly<Record<string, string>> = {
  'editor-background': '#1f1f1f', 'editor-foreground': '#cccccc', descriptionForeground: '#9d9d9d', 'panel-border': '#2b2b2b', 'charts-blue': '#59a4f9', 'charts-yellow': '#cca700',
  'moeLens-heat7': '#e2453aa6', 'moeLens-countForeground': '#8f8f8f', 'moeLens-hotCountForeground': '#e6e6e6', 'moeLens-heatBorder': '#00000000',
};
export const darkTheme = (): Theme => readTheme('dark', (name) => DARK[name] ?? '');

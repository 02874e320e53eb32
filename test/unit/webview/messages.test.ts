import { describe, expect, it } from 'vitest';
import { isHostToPanel, isPanelResult } from '../../../webview/messages.js';
import { sampleResult, sampleRun, sampleState, tokens, TOP_2 } from './samples.js';

const message = (state: unknown): unknown => ({ type: 'state', state });

describe('a message to the panel', () => {
  it('is believed in every status', () => {
    const statuses = [{ kind: 'idle' }, { kind: 'running', stage: 'layer 1 of 2', done: 1, total: 2 }, { kind: 'fresh' }, { kind: 'stale' }, { kind: 'restored' }, { kind: 'detached' }, { kind: 'error', code: 'E_X', message: 'm', hint: '', stale: true }];
    for (const status of statuses) expect(isHostToPanel(message({ ...sampleState(), status }))).toBe(true);
    expect(isHostToPanel(message(sampleState({ result: sampleResult({ runs: [sampleRun(), TOP_2] }), selectedToken: 2, selectedSpan: 0 })))).toBe(true);
  });

  it('may leave out the result that the panel has', () => {
    const state = { ...sampleState(), result: undefined };
    expect(isHostToPanel({ type: 'state', state, sameResult: true })).toBe(true);
    for (const other of [{ state: sampleState({ result: sampleResult() }), sameResult: true }, { state, sameResult: 'yes' }]) expect(isHostToPanel({ type: 'state', ...other })).toBe(false);
  });

  it('is dropped when it is something else', () => {
    for (const other of [undefined, null, 'state', [], {}, { type: 'other' }, message(undefined), message({}), message({ ...sampleState(), status: { kind: 'new' } }),
      message({ ...sampleState(), selectedToken: -1 }), message({ ...sampleState(), result: {} })]) {
      expect(isHostToPanel(other)).toBe(false);
    }
  });

  it('is dropped when a result does not fit together', () => {
    expect(isPanelResult(sampleResult())).toBe(true);
    expect(isPanelResult(sampleResult({ runs: [] }))).toBe(false);
    expect(isPanelResult(sampleResult({ runs: [sampleRun({ counts: [1] })] }))).toBe(false);
    expect(isPanelResult(sampleResult({ runs: [sampleRun({ layerCounts: [[1, 2]] })] }))).toBe(false);
    expect(isPanelResult(sampleResult({ tokens: tokens([0, 4], [4, 9], [9, 11]) }))).toBe(false);
    expect(isPanelResult(sampleResult({ tokens: tokens([4, 0], [4, 9], [9, 10]) }))).toBe(false);
    expect(isPanelResult(sampleResult({ variant: { text: 'a', tokens: tokens([0, 1]), run: sampleRun(), spans: [] } }))).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.js';
import { panelHtml } from '../../../src/host/panelHtml.js';
import { NotedResult } from '../../../src/host/notedResult.js';
import { panelMessage, readKeptResult, readPanelMessage } from '../../../src/host/panelMessages.js';
import type { NativeState } from '../../../src/host/native/nativeText.js';
import { panelResult } from '../../../src/host/panelState.js';
import { makeRun, sideBySide } from './support/runs.js';

const text = 'one two';
const analysed = { text, runs: [analyze(text, makeRun(sideBySide('one', ' two'), [[1, 3], [1, 5]]))] as const };

describe('messages from the panel', () => {
  it.each([{ type: 'ready' }, { type: 'selectToken', token: 0 }, { type: 'selectSpan', span: 2 }, { type: 'command', command: 'moeLens.cancel' }])('%j is one of the protocol', (message) => {
    expect(readPanelMessage(message)).toEqual(message);
  });

  it.each([null, 'ready', {}, { type: 'selectToken', token: -1 }, { type: 'selectToken', token: '1' }, { type: 'selectSpan' }, { type: 'command', command: 'workbench.action.quit' }, { type: 'eval' }])('%j is refused', (message) => {
    expect(() => readPanelMessage(message)).toThrow(expect.objectContaining({ code: 'E_MESSAGE_INVALID' }) as Error);
  });
});

describe('a result', () => {
  const result = panelResult('a.md:1', analysed);
  const state = { status: { kind: 'fresh' }, modelName: 'toy', policyLabel: 'Top-P', details: [] } as const;
  const native = { isSetUp: false } as NativeState;

  it('is sent to the panel once, as long as it is the same object', () => {
    expect(panelMessage({ ...state, result }, undefined)).toEqual({ type: 'state', state: { ...state, result } });
    expect(panelMessage({ ...state, result, selectedToken: 1 }, result)).toEqual({ type: 'state', state: { ...state, selectedToken: 1 }, sameResult: true });
    expect(panelMessage({ ...state, result: { ...result } }, result)).not.toHaveProperty('sameResult');
    expect(panelMessage(state, result)).toEqual({ type: 'state', state });
  });

  it('is the same object with its note, until the result or the note changes', () => {
    const noted = new NotedResult();
    const first = noted.of(result, native);
    expect(noted.of(result, { ...native })).toBe(first);
    const other = noted.of({ ...result }, native);
    expect(other).not.toBe(first);
    expect(other).toEqual(first);
  });
});

describe('the panel\'s snapshot', () => {
  it('has every number of the run, and survives JSON as it is', () => {
    const result = panelResult('a.md:1', analysed);
    expect(result.runs[0]).toMatchObject({ label: 'Top-P 0.4', counts: [1, 4], heat: [0, 7], layerCounts: [[1, 3], [1, 5]], meanExperts: 2.5, meanSurprisal: 1 });
    expect(result.tokens).toEqual([{ start: 0, end: 3, surprisal: null }, { start: 3, end: 7, surprisal: 1 }]);
    expect(result.spans).toEqual([{ start: 4, end: 7, text: 'two', tokens: 1, meanExperts: 4 }]);
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
  });

  it('is taken back from what the panel kept, alone or with its choices', () => {
    const result = panelResult('a.md:1', analysed, analysed);
    const kept: unknown = JSON.parse(JSON.stringify(result));
    expect(readKeptResult(kept)).toEqual(result);
    expect(readKeptResult({ version: 1, choices: {}, result: kept })).toEqual(result);
  });

  it.each([undefined, null, 7, {}, { result: {} }, { result: { ...panelResult('a', analysed), runs: [] } }, { result: { ...panelResult('a', analysed), tokens: [{}] } }])('is nothing when what was kept is not a result (%#)', (state) => {
    expect(readKeptResult(state)).toBeUndefined();
  });
});

describe('the panel\'s page', () => {
  it('runs the one script and loads nothing from elsewhere', () => {
    const html = panelHtml({ nonce: 'abc', cspSource: 'https://own', script: 'https://own/webview.js', style: 'https://own/webview.css' });
    const csp = /content="(default-src[^"]*)"/.exec(html)?.[1];
    expect(csp).toBe("default-src 'none'; script-src 'nonce-abc'; style-src https://own 'nonce-abc'; font-src https://own; img-src https://own; base-uri 'none'; form-action 'none'");
    expect(html).toContain('<main id="app"></main>');
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).not.toMatch(/unsafe|style="/);
  });
});

import { describe, expect, it, vi } from 'vitest';
import type { TokenDetail } from '../../../src/trace/run.js';
import { inSlices } from '../../../webview/slices.js';
import { nextToken, type Box } from '../../../webview/views/roving.js';
import { statusText } from '../../../webview/views/statusText.js';
import { quoted, tokenTables } from '../../../webview/views/tokenRows.js';
import { sampleResult, sampleRun, TOP_2 } from './samples.js';

describe('the banner', () => {
  it('is silent when the numbers are what they seem', () => {
    expect(statusText({ kind: 'fresh' }, true)).toBeUndefined();
  });

  it('says what to do first when nothing was run', () => {
    expect(statusText({ kind: 'idle' }, false)?.offers[0]?.command).toBe('moeLens.analyzeSelection');
  });

  it('speaks once during a run, however far it is, and offers to cancel', () => {
    const at = (done: number) => statusText({ kind: 'running', stage: 'layer 1 of 4', done, total: 4 }, true);
    expect(at(1)?.text).toBe(at(2)?.text);
    expect(at(1)?.more).toBe('layer 1 of 4, 25\u202f%');
    expect(at(1)?.offers.map(({ command }) => command)).toEqual(['moeLens.cancel']);
  });

  it('gives an error its code, what happened and what to do', () => {
    expect(statusText({ kind: 'error', code: 'E_NOT_MOE', message: 'It is dense.', hint: 'Choose another.', stale: false }, true)).toMatchObject({ tone: 'error', text: 'E_NOT_MOE: It is dense.', more: 'Choose another.' });
  });

  it('says of old numbers above which a run failed that the text was edited', () => {
    expect(statusText({ kind: 'error', code: 'E_NOT_MOE', message: 'It is dense.', hint: 'Choose another.', stale: true }, true)?.more)
      .toBe('Choose another. Edited since the last result. The numbers are those of the text before the edit.');
  });

  it('offers what mends an invalid policy', () => {
    expect(statusText({ kind: 'error', code: 'E_POLICY_INVALID', message: '', hint: '', stale: false }, false)?.offers.map(({ command }) => command)).toEqual(['moeLens.runAgain', 'moeLens.choosePolicy']);
  });

  it('offers what mends a policy that the model does not allow', () => {
    expect(statusText({ kind: 'error', code: 'E_POLICY_UNSUPPORTED', message: '', hint: '', stale: false }, false)?.offers.map(({ command }) => command)).toEqual(['moeLens.runAgain', 'moeLens.choosePolicy']);
  });

  it('tells the end of the engine from a reload', () => {
    expect(statusText({ kind: 'detached' }, true)).toMatchObject({ text: 'The engine has ended.', more: 'The numbers stand; a token\u2019s experts need a new run.' });
  });

  it('offers a new run for a text that was edited, whose engine has ended, or that comes from before a reload', () => {
    for (const [kind, label] of [['stale', 'Run Again'], ['detached', 'Run Again'], ['restored', 'Analyze Selection']] as const) expect(statusText({ kind }, true)?.offers[0]?.label).toBe(label);
  });

  it('never speaks of difficulty', () => {
    const texts = (['idle', 'stale', 'restored', 'detached'] as const).map((kind) => JSON.stringify(statusText({ kind }, false)));
    expect(texts.join()).not.toMatch(/difficult|hard/i);
  });
});

describe('the arrow keys', () => {
  // two lines of three tokens, 10 wide and 10 high
  const boxes: readonly Box[] = Array.from({ length: 6 }, (_, i) => ({ left: (i % 3) * 10, right: (i % 3) * 10 + 9, top: Math.floor(i / 3) * 10, bottom: Math.floor(i / 3) * 10 + 9 }));
  const from = (key: string, token: number) => nextToken(key, token, boxes.length, (i) => boxes[i]);

  it('go to the neighbours and stop at the ends', () => {
    expect([from('ArrowRight', 2), from('ArrowLeft', 3), from('ArrowRight', 5), from('ArrowLeft', 0)]).toEqual([3, 2, 5, 0]);
    expect([from('Home', 4), from('End', 1)]).toEqual([0, 5]);
  });

  it('go straight up and down by visual lines', () => {
    expect([from('ArrowDown', 1), from('ArrowUp', 5), from('ArrowUp', 1), from('ArrowDown', 4)]).toEqual([4, 2, 1, 4]);
  });

  it('leave other keys to the page', () => {
    expect(from('Tab', 1)).toBeUndefined();
  });
});

describe('the selected token', () => {
  const result = sampleResult({ runs: [sampleRun(), TOP_2] });

  it('shows the counts that are here before its details arrive', () => {
    expect(tokenTables({ details: [] }, result, 1)).toEqual([
      { run: 0, rows: [{ layer: 0, count: 3 }, { layer: 2, count: 1 }] }, { run: 1, rows: [{ layer: 0, count: 2 }, { layer: 2, count: 2 }] },
    ]);
  });

  it('takes the details of this token and not of the one before', () => {
    const layer = { layer: 0, selected: [{ expert: 4, probability: 0.5, weight: 0.5 }], runnersUp: [], margin: 0.1, entropy: 1.2 };
    const detail: TokenDetail = { token: 1, id: 17, text: ' swap', surprisal: 2, layers: [layer] };
    expect(tokenTables({ details: [detail] }, result, 1)[0]?.rows[0]).toEqual({ layer: 0, count: 1, detail: layer });
    expect(tokenTables({ details: [detail] }, result, 2)[0]?.rows[0]).toEqual({ layer: 0, count: 3 });
  });

  it('is quoted so that white space can be seen', () => {
    expect([' swap', '\n', '  ', 'x'.repeat(60)].map(quoted)).toEqual(['swap', '\u21b5', '\u2423\u2423', `${'x'.repeat(39)}\u2026`]);
  });
});

describe('long work', () => {
  it('is done in order, and done is called once, later', async () => {
    const seen: number[] = [];
    const done = vi.fn();
    inSlices([1, 2, 3], (item) => seen.push(item), done);
    expect(done).not.toHaveBeenCalled();
    await vi.waitFor(() => { expect(done).toHaveBeenCalledTimes(1); });
    expect(seen).toEqual([1, 2, 3]);
  });

  it('stops when it is cancelled', async () => {
    const done = vi.fn();
    inSlices([1], () => undefined, done).cancel();
    await new Promise((resolve) => { setTimeout(resolve, 5); });
    expect(done).not.toHaveBeenCalled();
  });
});

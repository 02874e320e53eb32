import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.js';
import { LensError } from '../../../src/base/errors.js';
import { actionsFor, errorText } from '../../../src/host/errorActions.js';
import { hoverMarkdown } from '../../../src/host/hoverText.js';
import { codeSpan, escapeMarkdown } from '../../../src/host/markdown.js';
import { meanPhrase, statusText } from '../../../src/host/statusText.js';
import { textTitle } from '../../../src/host/titles.js';
import type { TokenDetail } from '../../../src/trace/run.js';
import { makeRun, sideBySide } from './support/runs.js';

const native = analyze('ab', makeRun(sideBySide('a', 'b'), [[1, 3], [2, 2]]));
const simulated = analyze('ab', makeRun(sideBySide('a', 'b'), [[2, 2], [2, 2]], { policy: 'top-k:2', concretePolicy: 'top-k:2', simulated: true }));
const detail = (margin: number): TokenDetail => ({
  token: 1, id: 17, text: 'b', surprisal: 1,
  layers: [{ layer: 3, selected: [{ expert: 5, probability: 0.5, weight: 0.6 }, { expert: 0, probability: 0.204, weight: 0.4 }], runnersUp: [], margin, entropy: 1 }],
});

describe('the hover', () => {
  it('says count, policy, surprisal and every layer with experts and margin', () => {
    expect(hoverMarkdown({ text: 'b', token: 1, runs: [native], details: [detail(0.043)], stale: false }).split('\n')).toEqual([
      '`b` **2.5 experts** Top-P 0.4 (native)', '', 'surprisal 1.00 nats · token 2 of 2 · id 17', '',
      '| Layer | Experts (probability/weight) | Margin |', '| :-: | :-- | --: |', '| 3 | **2**: e5 .50/.60, e0 .20/.40 | .04 |',
    ]);
  });

  it('sets two policies side by side', () => {
    const text = hoverMarkdown({ text: 'b', token: 1, runs: [native, simulated], details: [detail(0.1), detail(Number.POSITIVE_INFINITY)], stale: false });
    expect(text).toContain('**2.5 experts** Top-P 0.4 (native) · **2.0 experts** Top-2 (simulated)');
    expect(text).toContain('| Layer | Top-P 0.4 (native) | Margin | Top-2 (simulated) | Margin |');
    expect(text).toContain('| :-: | :-- | :-: | :-- | :-: |');
    expect(text).toMatch(/\| 3 \| .* \| \.10 \| .* \| – \|$/);
  });

  it('says first that the text was edited since', () => {
    expect(hoverMarkdown({ text: 'b', token: 1, runs: [native], details: [detail(0.1)], stale: true }).split('\n')[0]).toBe('From before the edit.');
  });

  it('says that surprisal was not computed, where none was asked for', () => {
    const without = analyze('ab', makeRun(sideBySide('a', 'b'), [[1, 3], [2, 2]], { surprisal: Float32Array.of(Number.NaN, Number.NaN) }));
    expect(hoverMarkdown({ text: 'b', token: 1, runs: [without], details: [detail(0.1)], stale: false })).toContain('\n\nsurprisal not computed · token 2 of 2 · id 17\n\n');
  });

  it('says what is missing when the engine has forgotten the run', () => {
    expect(hoverMarkdown({ text: 'a', token: 0, runs: [native], details: [], stale: false })).toBe('`a` **1.5 experts** Top-P 0.4 (native)\n\nno surprisal · token 1 of 2\n\nDetails by layer need a new run.');
  });
});

describe('text from a document', () => {
  it('stays code, whatever back ticks it holds', () => {
    expect(codeSpan('a`b')).toBe('``a`b``');
    expect(codeSpan('``')).toBe('``` `` ```');
    expect(codeSpan('[x](command:y) <b>')).toBe('`[x](command:y) <b>`');
  });

  it('shows spaces at its ends, line breaks and control characters', () => {
    expect(codeSpan(' the\r\n')).toBe('`␣the␍⏎`');
    expect(codeSpan('\t\u0007\u202e')).toBe('`⇥··`');
  });

  it('is escaped outside of code', () => {
    expect(escapeMarkdown('a_b*[c](d) <e>')).toBe('a\\_b\\*\\[c\\]\\(d\\) &lt;e&gt;');
  });
});

describe('the status bar', () => {
  const next = { modelName: 'demo', policyLabel: 'Native', native: { isSetUp: false, isMissing: false } };

  it('says what the next run uses before there is one', () => {
    expect(statusText({ status: { kind: 'idle' }, ...next, runs: [] })).toMatchObject({ text: '$(layers) demo · Native', label: 'MoE Lens: demo, Native' });
  });

  it('says model, policy, mean experts and backend, and to screen readers without icons', () => {
    const { text, label } = statusText({ status: { kind: 'fresh' }, ...next, title: 'a.md:1', runs: [native, simulated] });
    expect(text).toBe('$(layers) toy · Top-P 0.4 (native) | Top-2 (simulated) · 2.00 | 2.00 experts · WebAssembly');
    expect(label).not.toContain('$(');
    expect(meanPhrase([native])).toBe('2.00 experts a token');
  });

  it('says what native is worth where it was measured, and how to get it where there is none', () => {
    const missing = { isSetUp: false, isMissing: true };
    const before = statusText({ status: { kind: 'idle' }, ...next, native: missing, runs: [] });
    expect(before.text).toBe('$(layers) demo · Native · WebAssembly');
    expect(before.tooltip).toContain('(command:moeLens.setUpNative)');
    const measured = statusText({ status: { kind: 'fresh' }, ...next, native: { ...missing, speed: { ratio: 3.42, tokens: 460 } }, runs: [native] });
    expect(measured.text).toMatch(/ · WebAssembly \(native 3\.4x faster\)$/);
    expect(measured.tooltip).toContain('native is 3\\.4 times faster than WebAssembly');
    const run = analyze('ab', makeRun(sideBySide('a', 'b'), [[1, 3]], { backend: { name: 'tensorflow', version: '2', threads: 2 } }));
    const there = statusText({ status: { kind: 'fresh' }, ...next, native: { isSetUp: true, isMissing: false, speed: { ratio: 3.42, tokens: 460 } }, runs: [run] });
    expect(there.text).toMatch(/ · TensorFlow, 2 threads$/);
    expect(there.tooltip).not.toContain('command:');
  });

  it('tells stale, running and failed apart in words', () => {
    expect(statusText({ status: { kind: 'stale' }, ...next, runs: [native] }).label).toContain('edited since');
    expect(statusText({ status: { kind: 'running', stage: 'layer 1 of 4', done: 1, total: 4 }, ...next, runs: [] }).label).toBe('MoE Lens: demo, layer 1 of 4 (25 %)');
    const error = { kind: 'error', code: 'E_NOT_MOE', message: 'No experts.', hint: 'Choose another.' } as const;
    const failed = statusText({ status: { ...error, stale: false }, ...next, runs: [] });
    expect(failed.label).toContain('failed (E_NOT_MOE)');
    expect(failed.tooltip).toContain('No experts\\. Choose another\\.');
    const stale = statusText({ status: { ...error, stale: true }, ...next, runs: [native] });
    expect(stale.label).toBe('MoE Lens: failed (E_NOT_MOE), edited since, demo');
    expect(stale.tooltip).toContain('The text was edited after the run');
    expect(statusText({ status: { kind: 'detached' }, ...next, runs: [native] }).tooltip).toContain('The engine has ended');
  });
});

describe('titles', () => {
  it('name lines, several selections, and the whole document', () => {
    expect(textTitle('a.md', [])).toBe('a.md');
    expect(textTitle('a.md', [{ first: 3, last: 9 }])).toBe('a.md:3-9');
    expect(textTitle('a.md', [{ first: 3, last: 3 }, { first: 7, last: 8 }])).toBe('a.md:3, 7-8 (2 selections as one text)');
    expect(textTitle('a.md', [1, 2, 3, 4].map((line) => ({ first: line, last: line })))).toBe('a.md:1, 2, 3, ... (4 selections as one text)');
  });
});

describe('errors', () => {
  it('end with their code and offer what helps', () => {
    expect(errorText(new LensError('E_NOT_MOE', 'No experts.', 'Choose another.'))).toBe('No experts. Choose another. (E_NOT_MOE)');
    expect(actionsFor('E_GGUF_MAGIC')).toEqual(['chooseModel', 'showLog']);
    expect(actionsFor('E_POLICY_INVALID')).toEqual(['choosePolicy', 'openSettings']);
    for (const code of ['E_SETTING_INVALID', 'E_BACKEND_UNAVAILABLE'] as const) expect(actionsFor(code)).toContain('openSettings');
    expect(actionsFor('E_BACKEND_UNAVAILABLE')).toContain('setUpNative');
    expect(actionsFor('E_TOOL_MISSING')).toEqual(['showLog']);
    expect(actionsFor('E_ENGINE_CRASHED')).toEqual(['runAgain', 'showLog']);
  });
});

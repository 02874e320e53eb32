import { describe, expect, it } from 'vitest';
import { duration, expertsInWords, percentChange, policyName, signed, tokensLabel, whole, windowsNote } from '../../../webview/format.js';
import { costNotes, figuresOf } from '../../../webview/views/figureList.js';
import { variantRows } from '../../../webview/views/variantRows.js';
import type { PanelResult } from '../../../src/protocol/panelApi.js';
import { sampleResult, sampleRun, tokens, TOP_2 } from './samples.js';

const plain = (text: string): string => text.replaceAll('\u202f', ' ');

describe('numbers in the panel', () => {
  it('carry their sign and unit', () => {
    expect(plain(percentChange(1.83, 2))).toBe('\u22128.5 %');
    expect(plain(percentChange(2.24, 2))).toBe('+12 %');
    expect(plain(percentChange(2, 2))).toBe('\u00b10 %');
    expect(percentChange(1, 0)).toBe('\u2013');
    expect(signed(-0.254, 2)).toBe('\u22120.25');
    expect(signed(0.001, 2)).toBe('\u00b10.00');
    expect(plain(whole(1234567))).toBe('1 234 567');
    expect([0.5, 41, 3200, 125_000].map((ms) => plain(duration(ms)))).toEqual(['0.5 ms', '41 ms', '3.2 s', '2 min 5 s']);
  });

  it('say one expert and several experts', () => {
    expect([1, 1.04, 2.1].map(expertsInWords)).toEqual(['1.0 expert', '1.0 expert', '2.1 experts']);
  });

  it('of tokens are named with their policy where it is simulated', () => {
    expect(tokensLabel(TOP_2, false)).toBe('Tokens of the text, experts under Top-2, simulated');
    expect([tokensLabel(sampleRun(), false), tokensLabel(TOP_2, true)]).toEqual(['Tokens of the text', 'Tokens of the text']);
  });

  it('say when the text did not fit the context', () => {
    expect(windowsNote({ length: 512, stride: 256, count: 19 })).toBe('Longer than the context: run in 19 windows of 512 tokens.');
  });
});

describe('the figures', () => {
  it('of one native run name no policy and no comparison', () => {
    expect(figuresOf(sampleResult()).map(({ name, shown, label }) => [name, plain(shown), plain(label)])).toEqual([
      ['meanExperts', '1.83', 'experts a token'], ['meanSurprisal', '3.90', 'nats of surprisal a token'],
      ['activeParameters', '4.9 M', 'of 12.3 M parameters active'], ['tokens', '3', 'tokens, 41 ms'],
    ]);
  });

  it('of two runs have both numbers, the difference, and say which is simulated', () => {
    const figures = figuresOf(sampleResult({ runs: [sampleRun(), TOP_2] }));
    expect(figures.find(({ name }) => name === 'meanExperts')).toMatchObject({ value: 1.83, other: 2, label: 'experts a token (Top-2, simulated: 2.00)' });
    const difference = figures.find(({ name }) => name === 'difference');
    expect(difference?.value).toBeCloseTo(-0.085, 6);
    expect(difference?.label).toBe('experts, Top-P 0.4 against Top-2, simulated');
  });

  it('of a simulated run say so at every number that the policy changes', () => {
    const labels = figuresOf(sampleResult({ runs: [TOP_2] })).filter(({ name }) => name !== 'tokens').map(({ label }) => label);
    expect(labels.every((label) => label.includes('Top-2, simulated'))).toBe(true);
    expect(policyName(TOP_2)).toBe('Top-2, simulated');
  });

  it('of a policy that is not native say what share of native Top-K\'s multiplications it took', () => {
    const onTop8 = (change: Partial<PanelResult>): PanelResult => { const result = sampleResult(change); return { ...result, model: { ...result.model, nativePolicy: 'top-k:8' } }; };
    const half = sampleRun({ policy: 'top-k:4', concretePolicy: 'top-k:4', label: 'Top-4', simulated: true, meanExperts: 4, expertMs: 210 });
    const top8 = sampleRun({ concretePolicy: 'top-k:8', label: 'Top-8', meanExperts: 8, expertMs: 420 });
    const single = figuresOf(onTop8({ runs: [half] }));
    expect(single.map(({ name, shown, label }) => [name, plain(shown), label])).toEqual(expect.arrayContaining([
      ['share', '50 %', 'of native Top-8\'s expert multiplications under Top-4, simulated'], ['expertTime', '210 ms', 'in expert layers under Top-4, simulated'],
    ]));
    const compared = onTop8({ runs: [top8, half] });
    expect(figuresOf(compared).find(({ name }) => name === 'share')).toBeUndefined(); // the native one was run too
    expect(costNotes(compared)[0]).toEqual({ name: 'saving', text: 'Top-4 (simulated) against Top-8 (native): expert layers 210 ms instead of 420 ms, 50 % less (run together, time shared out by selections); 4.00 instead of 8.00 experts a token.' });
    expect(costNotes(onTop8({ runs: [half] }))).toEqual([{ name: 'memory', text: 'Peak memory 1.9 GiB of 2.0 GiB (estimated 1.8 GiB).' }]);
  });

  it('say nothing of surprisal where none was asked for', () => {
    expect(figuresOf(sampleResult({ runs: [sampleRun({ meanSurprisal: null })] })).map(({ name }) => name)).not.toContain('meanSurprisal');
  });

  it('of a single token have no surprisal', () => {
    const one = sampleResult({ text: 'a', tokens: tokens([0, 1]), runs: [sampleRun({ counts: [1], heat: [0], layerCounts: [[1], [1]], meanSurprisal: null })] });
    expect(figuresOf(one).find(({ name }) => name === 'meanSurprisal')).toMatchObject({ value: null, shown: '\u2013' });
    expect(figuresOf(one).at(-1)?.label).toMatch(/^token,/);
  });
});

describe('the selection beside its variant', () => {
  it('is compared in tokens, experts and surprisal', () => {
    const own = { tokens: tokens([0, 1], [1, 2], [2, 3], [3, 4]), run: sampleRun({ meanExperts: 2, meanSurprisal: 4 }) };
    const other = { tokens: tokens([0, 1], [1, 2]), run: sampleRun({ meanExperts: 1.5, meanSurprisal: null }) };
    expect(variantRows(own, other).map(({ name, numbers, change }) => [name, numbers, plain(change)])).toEqual([
      ['tokens', [4, 2], '\u22122'], ['meanExperts', [2, 1.5], '\u221225 %'], ['expertsInAll', [8, 3], '\u221263 %'], ['meanSurprisal', [4, null], '\u2013'],
    ]);
    const timed = variantRows({ ...own, run: { ...own.run, meanSurprisal: null, expertMs: 20 } }, { ...other, run: { ...other.run, expertMs: 10 } });
    expect(timed.map(({ name, change }) => [name, plain(change)]).slice(3)).toEqual([['expertTime', '\u221250 %']]);
  });
});

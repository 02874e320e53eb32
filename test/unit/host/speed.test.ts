import { describe, expect, it } from 'vitest';
import { analyze } from '../../../src/analysis/analyze.js';
import { inlineMarks } from '../../../src/host/inlineMarks.js';
import { panelResult } from '../../../src/host/panelState.js';
import { inSlices } from '../../../src/host/slices.js';
import { joinParts } from '../../../src/host/segments.js';
import { Tracker } from '../../../src/host/tracker.js';
import { makeRun, sideBySide } from './support/runs.js';

const TOKENS = 5000;
const LAYERS = 48;
const texts = Array.from({ length: TOKENS }, (_, t) => (t % 9 === 0 ? '\n' : ` w${t % 97}`));
const text = texts.join('');
const run = makeRun(sideBySide(...texts), Array.from({ length: LAYERS }, (_, m) => texts.map((_, t) => 1 + ((t * 7 + m) % 8))));

/** The best of some runs: what the code takes, without what else the machine does. */
function bestOf(work: () => void): number {
  return Math.min(...Array.from({ length: 5 }, () => {
    const began = performance.now();
    work();
    return performance.now() - began;
  }));
}

describe('5,000 tokens in 48 layers', () => {
  it('take the extension host less than 50 ms at a time', () => {
    const { segments } = joinParts([{ start: 0, text }], '\n');
    const tracker = new Tracker(segments, text);
    tracker.attach(run.starts, run.ends);
    const analysed = analyze(text, run);
    const { placed } = tracker;
    if (placed === undefined) throw new Error('not attached');
    expect(bestOf(() => analyze(text, run))).toBeLessThan(50);
    expect(bestOf(() => panelResult('t', { text, runs: [analysed] }))).toBeLessThan(50);
    expect(bestOf(() => inlineMarks({ text, placed, runs: [analysed], comparison: undefined }, 'token'))).toBeLessThan(50);
    expect(bestOf(() => tracker.change([{ offset: 100, removed: 0, text: 'x' }]))).toBeLessThan(50);
    expect(bestOf(() => tracker.tokenAt(text.length))).toBeLessThan(5);
  });
});

describe('work in slices', () => {
  it('lets other work in between, and ends early when it is over', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const busy = (): void => { const until = performance.now() + 1; while (performance.now() < until); };
    expect(await inSlices(Array.from({ length: 60 }), busy, () => false)).toBe(true);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(2);
    let done = 0;
    expect(await inSlices(Array.from({ length: 60 }), () => { busy(); done++; }, () => true)).toBe(false);
    expect(done).toBeLessThan(60);
  });
});

import { describe, expect, it } from 'vitest';
import { reuse } from '../../../webview/reuse.js';
import { sampleResult, sampleRun, sampleState } from './samples.js';

describe('two snapshots', () => {
  it('that say the same are the same object', () => {
    const first = sampleState();
    expect(reuse(first, structuredClone(first))).toBe(first);
  });

  it('share everything but what changed', () => {
    const first = sampleState();
    const next = reuse(first, structuredClone({ ...first, selectedToken: 2 }));
    expect(next).not.toBe(first);
    expect(next.selectedToken).toBe(2);
    expect(next.result).toBe(first.result);
  });

  it('share the tokens when only a count changed', () => {
    const first = sampleState();
    const changed = sampleState({ result: sampleResult({ runs: [sampleRun({ counts: [1.5, 9, 2] })] }) });
    const next = reuse(first, changed);
    expect(next.result?.tokens).toBe(first.result?.tokens);
    expect(next.result?.runs).not.toBe(first.result?.runs);
    expect(next.result?.runs[0]?.layers).toBe(first.result?.runs[0]?.layers);
    expect(next).toEqual(changed);
  });

  it('never keep what is gone', () => {
    expect(reuse({ a: 1, b: 2 }, { a: 1 })).toEqual({ a: 1 });
    expect(reuse([1, 2, 3], [1, 2])).toEqual([1, 2]);
    expect(reuse({ a: undefined }, { b: undefined })).toEqual({ b: undefined });
    expect(reuse([{ a: 1 }], [null])).toEqual([null]);
  });
});

import { describe, expect, it } from 'vitest';
import { DEFAULT_CHOICES, keep, KEPT_JSON_LIMIT, recall } from '../../../webview/memory.js';
import { afterHost } from '../../../webview/restore.js';
import { sampleResult, sampleState } from './samples.js';

const choices = { layers: 'table', inline: 'second' } as const;

describe('what the panel keeps', () => {
  it('comes back as it was after a reload', () => {
    const kept: unknown = JSON.parse(JSON.stringify(keep(choices, sampleResult())));
    expect(recall(kept)).toEqual({ version: 1, choices, result: sampleResult() });
  });

  it('leaves out a result that is too big, and keeps the choices', () => {
    const big = sampleResult({ title: 'x'.repeat(KEPT_JSON_LIMIT) });
    expect(keep(choices, big)).toEqual({ version: 1, choices });
    expect(keep(choices, sampleResult(), 100)).toEqual({ version: 1, choices });
  });

  it('is nothing when another version or something broken was kept', () => {
    for (const other of [undefined, null, 'x', { version: 2, choices, result: sampleResult() }]) expect(recall(other)).toEqual({ version: 1, choices: DEFAULT_CHOICES });
    expect(recall({ version: 1, choices: { layers: 'pie', inline: 1 }, result: { title: 'x' } })).toEqual({ version: 1, choices: DEFAULT_CHOICES });
  });
});

describe('a kept result', () => {
  const kept = sampleResult();
  const { result: _, ...empty } = sampleState();

  it('stands while the host has none and says nothing against it', () => {
    for (const status of [{ kind: 'restored' }, { kind: 'running', stage: '', done: 0, total: 0 }, { kind: 'error', code: 'E_X', message: '', hint: '', stale: false }] as const) {
      expect(afterHost(kept, { ...empty, status }).result).toBe(kept);
    }
  });

  it('goes when the host has another, or says that there is none', () => {
    const other = sampleState({ result: sampleResult({ title: 'other' }) });
    expect(afterHost(kept, other)).toBe(other);
    expect(afterHost(kept, { ...empty, status: { kind: 'idle' } }).result).toBeUndefined();
  });
});

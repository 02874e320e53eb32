import { describe, expect, it, vi } from 'vitest';
import { LensError } from '../../../src/base/errors.js';
import { Details } from '../../../src/host/details.js';
import type { Session } from '../../../src/host/session.js';
import type { TokenDetail } from '../../../src/trace/run.js';

const session = { result: { runs: [{ run: { traceId: 3 } }, { run: { traceId: 4 } }] } } as unknown as Session;
const detail = (token: number): TokenDetail => ({ token, id: 0, text: '', surprisal: null, layers: [] });

describe('details', () => {
  it('are asked for once per run and token', async () => {
    const ask = vi.fn((_: number, token: number) => Promise.resolve(detail(token)));
    const details = new Details({ detail: ask }, { quietly: vi.fn() });
    expect(await details.of(session, 5)).toHaveLength(2);
    expect(await details.of(session, 5)).toHaveLength(2);
    expect(ask.mock.calls.map(([trace, token]) => [trace, token])).toEqual([[3, 5], [4, 5]]);
  });

  it.each(['E_TRACE_GONE', 'E_CANCELLED', 'E_ENGINE_CRASHED'] as const)('are none, without a word, on %s', async (code) => {
    const quietly = vi.fn();
    const details = new Details({ detail: () => Promise.reject(new LensError(code, '')) }, { quietly });
    expect(await details.of(session, 0)).toEqual([]);
    expect(quietly).not.toHaveBeenCalled();
  });

  it('log what was not to be expected', async () => {
    const quietly = vi.fn();
    const details = new Details({ detail: () => Promise.reject(new Error('no')) }, { quietly });
    expect(await details.of(session, 0)).toEqual([]);
    expect(quietly).toHaveBeenCalledOnce();
  });
});

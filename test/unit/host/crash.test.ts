import { describe, expect, it } from 'vitest';
import { crashError, CRASH_WINDOW_MS, CrashHistory } from '../../../src/host/crash.js';

describe('a crash', () => {
  it.each([
    [{ code: null, signal: 'SIGKILL', stderr: '' }, /killed \(signal SIGKILL\).*memory/],
    [{ code: 137, signal: null, stderr: '' }, /killed \(exit code 137\)/],
    [{ code: 134, signal: null, stderr: '' }, /ran out of memory/],
    [{ code: 1, signal: null, stderr: 'Error: spawn ENOMEM' }, /ran out of memory and ended \(exit code 1\)/],
    [{ code: null, signal: 'SIGSEGV', stderr: '' }, /ended unexpectedly \(signal SIGSEGV\)/],
    [{ code: 0, signal: null, stderr: '' }, /ended unexpectedly \(exit code 0\)/],
  ])('%j is told as what it is, with what to do', (end, words) => {
    const error = crashError(end);
    expect(error.code).toBe('E_ENGINE_CRASHED');
    expect(error.message).toMatch(words);
    expect(error.hint).toMatch(/starts again with the next run/);
  });

  it('may happen twice in a minute, not three times', () => {
    const history = new CrashHistory();
    history.record(0);
    history.record(1000);
    expect(() => history.check(2000)).not.toThrow();
    history.record(2000);
    expect(() => history.check(3000)).toThrow(expect.objectContaining({ code: 'E_ENGINE_CRASHED', hint: expect.stringContaining('57 s') as string }) as Error);
    expect(() => history.check(CRASH_WINDOW_MS)).not.toThrow();
  });
});

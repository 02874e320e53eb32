import { afterEach, describe, expect, it } from 'vitest';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LensError } from '../../../src/base/errors.js';
import { EngineClient } from '../../../src/host/engineClient.js';
import type { Progress } from '../../../src/protocol/engineApi.js';

const file = fileURLToPath(new URL('support/fakeEngine.mjs', import.meta.url));
const open = { path: '/fake', backend: 'auto', nativeFolder: '', memory: 2 ** 30 } as const;
const anywhere = { folders: [], backend: 'auto', nativeFolder: '', memory: 2 ** 30 } as const;
const clients: EngineClient[] = [];

function client(): { readonly engine: EngineClient; readonly crashes: LensError[]; readonly lines: string[] } {
  const crashes: LensError[] = [];
  const lines: string[] = [];
  const note = (line: string): void => { lines.push(line); };
  const engine = new EngineClient({ file, log: { info: note, warn: note, error: note }, onEnd: () => undefined, onCrash: (error) => crashes.push(error) });
  clients.push(engine);
  return { engine, crashes, lines };
}

const trace = (engine: EngineClient, text: string, signal?: AbortSignal): Promise<unknown> => engine.trace({ ...open, text, policies: ['native'], surprisal: true }, signal === undefined ? {} : { signal });
const state = async (engine: EngineClient): Promise<string> => (await engine.discover(anywhere)).found[0]?.name ?? '';

afterEach(async () => {
  await Promise.all(clients.splice(0).map((engine) => engine.dispose()));
});

describe('the engine client', () => {
  it('gets typed arrays as they are, and progress before the result', async () => {
    const { engine } = client();
    const seen: Progress[] = [];
    const [run] = await engine.trace({ ...open, text: 'One word', policies: ['native'], surprisal: true }, { onProgress: (progress) => seen.push(progress) });
    expect(run?.counts).toBeInstanceOf(Uint16Array);
    expect(Array.from(run?.ends ?? [])).toEqual([3, 8]);
    expect(seen).toEqual([{ stage: 'Computing', done: 1, total: 1 }]);
  });

  it('asks what a checkpoint is, and what there is, with progress', async () => {
    const { engine } = client();
    await expect(engine.info(open)).resolves.toMatchObject({ model: { name: 'fake' }, fits: 'memory' });
    await expect(engine.info({ ...open, path: '/not-moe' })).rejects.toMatchObject({ code: 'E_NOT_MOE', hint: 'Choose another.' });
    const seen: Progress[] = [];
    await engine.discover(anywhere, { onProgress: (progress) => seen.push(progress) });
    expect(seen).toEqual([{ stage: 'Looking', done: 1, total: 1 }]);
  });

  it('throws the engine\'s errors with their code and hint', async () => {
    const { engine } = client();
    await expect(trace(engine, 'fail')).rejects.toMatchObject({ name: 'LensError', code: 'E_NOT_MOE', message: 'This checkpoint has no experts.', hint: 'Choose another.' });
  });

  it('rejects every call under way with one error when the engine is killed, tells of it once, and starts again', async () => {
    const { engine, crashes } = client();
    const before = await state(engine);
    const calls = await Promise.allSettled([trace(engine, 'slow'), engine.discover(anywhere).then(() => trace(engine, 'slow too')), sleep(50).then(() => trace(engine, 'die:kill'))]);
    const reasons = calls.map((call) => (call.status === 'rejected' ? (call.reason as LensError) : undefined));
    expect(reasons.map((reason) => reason?.code)).toEqual(['E_ENGINE_CRASHED', 'E_ENGINE_CRASHED', 'E_ENGINE_CRASHED']);
    expect(new Set(reasons).size).toBe(1);
    expect(crashes).toEqual([reasons[0]]);
    expect(await state(engine)).not.toBe(before);
  });

  it.each([['die:kill', /memory runs out/], ['die:abort', /ran out of memory/], ['die:memory', /ran out of memory/], ['die:exit', /ended unexpectedly \(exit code 3\)/]])('says what the end after %s means', async (text, words) => {
    const { engine } = client();
    await expect(trace(engine, text)).rejects.toThrow(words);
  });

  it('tells of running out of memory once when the engine says so itself and ends', async () => {
    const { engine, crashes, lines } = client();
    await expect(trace(engine, 'out of memory')).rejects.toMatchObject({ code: 'E_OUT_OF_MEMORY' });
    await expect.poll(() => lines.some((line) => line.startsWith('Engine ended'))).toBe(true);
    expect(crashes).toEqual([]);
    expect(await state(engine)).toContain('traces 0');
  });

  it('does not start an engine that crashes again and again', async () => {
    const { engine } = client();
    for (let i = 0; i < 3; i++) await expect(trace(engine, 'die:exit')).rejects.toMatchObject({ code: 'E_ENGINE_CRASHED' });
    await expect(trace(engine, 'fine')).rejects.toThrow(/crashed 3 times/);
  });

  it('answers a cancel at once, and lets the engine forget what it computed all the same', async () => {
    const { engine } = client();
    const controller = new AbortController();
    const run = trace(engine, 'slow and deaf', controller.signal);
    await sleep(50);
    const began = Date.now();
    controller.abort();
    await expect(run).rejects.toMatchObject({ code: 'E_CANCELLED' });
    expect(Date.now() - began).toBeLessThan(100);
    await expect.poll(() => state(engine), { timeout: 3000 }).toContain('traces 0 slow 1');
  });

  it('stops a run in the engine that listens to the cancel', async () => {
    const { engine } = client();
    const controller = new AbortController();
    const run = trace(engine, 'slow', controller.signal);
    await sleep(50);
    controller.abort();
    await expect(run).rejects.toMatchObject({ code: 'E_CANCELLED' });
    await expect(trace(engine, 'next')).resolves.toHaveLength(1);
  });

  it('never gives the details of another engine\'s trace', async () => {
    const { engine } = client();
    const [old] = await engine.trace({ ...open, text: 'old', policies: ['native'], surprisal: true });
    await expect(trace(engine, 'die:kill')).rejects.toMatchObject({ code: 'E_ENGINE_CRASHED' });
    await expect(engine.detail(old?.traceId ?? 0, 0)).rejects.toMatchObject({ code: 'E_TRACE_GONE' });
    const [fresh] = await engine.trace({ ...open, text: 'new words', policies: ['native'], surprisal: true });
    expect(fresh?.traceId).not.toBe(old?.traceId);
    await expect(engine.detail(old?.traceId ?? 0, 0)).rejects.toMatchObject({ code: 'E_TRACE_GONE' });
    await expect(engine.detail(fresh?.traceId ?? 0, 1)).resolves.toMatchObject({ text: ' words' });
  });

  it('releases traces', async () => {
    const { engine } = client();
    const runs = await engine.trace({ ...open, text: 'a b', policies: ['native', 'top-k:2'], surprisal: true });
    expect(await state(engine)).toContain('traces 2');
    engine.release(runs.map((run) => run.traceId));
    expect(await state(engine)).toContain('traces 0');
  });

  it('ends the process when disposed, and reports no crash', async () => {
    const { engine, crashes, lines } = client();
    const pid = Number(/pid (\d+)/.exec(await state(engine))?.[1]);
    await engine.dispose();
    expect(() => process.kill(pid, 0)).toThrow();
    expect(crashes).toEqual([]);
    expect(lines.at(-1)).toBe('Engine ended, exit code 0.');
    await expect(trace(engine, 'late')).rejects.toMatchObject({ code: 'E_CANCELLED' });
  });

  it('says so when the engine\'s file is missing', async () => {
    const crashes: LensError[] = [];
    const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const engine = new EngineClient({ file: `${file}.missing`, log: quiet, onEnd: () => undefined, onCrash: (error) => crashes.push(error) });
    await expect(trace(engine, 'any')).rejects.toMatchObject({ code: 'E_ENGINE_CRASHED' });
    expect(crashes).toHaveLength(1);
  });
});

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkBackends, sameSelections, type CheckedEngine } from '../../../src/host/native/backendCheck.js';
import { backendNote, planText, setupPhrase, speedPhrase, withNote } from '../../../src/host/native/nativeText.js';
import { runSetup } from '../../../src/host/native/setupProcess.js';
import type { TokenDetail } from '../../../src/trace/run.js';
import { makeRun, sideBySide } from './support/runs.js';

const detail = (experts: readonly number[], margin = 0.1): TokenDetail => ({
  token: 0, id: 1, text: 'a', surprisal: 1, layers: [{ layer: 0, selected: experts.map((expert) => ({ expert, probability: 0.5, weight: 0.5 })), runnersUp: [], margin, entropy: 1 }],
});

describe('what is said of native', () => {
  const missing = { isSetUp: false, isMissing: true };
  const wasm = { name: 'wasm', version: '4', threads: 1, note: 'Native is not set up: it is not installed.' } as const;

  it('names the command where there is none, and what was measured', () => {
    expect(backendNote(wasm, missing)).toBe('Native is not set up: it is not installed. "MoE Lens: Set Up Native Acceleration" gets the native library.');
    expect(backendNote(undefined, { ...missing, speed: { ratio: 2.04, tokens: 460 } })).toContain('native is 2.0 times faster than WebAssembly.');
    expect(backendNote({ name: 'tensorflow', version: '2', threads: 2 }, { isSetUp: true, isMissing: false })).toBeUndefined();
    expect(withNote(wasm, missing)).toMatchObject({ name: 'wasm', note: expect.stringContaining('Set Up Native') as string });
  });

  it('does not call faster what is not', () => {
    expect(speedPhrase({ ratio: 12.4, tokens: 1 })).toBe('12 times faster than WebAssembly');
    expect(speedPhrase({ ratio: 1.04, tokens: 1 })).toBe('about as fast as WebAssembly');
    expect(speedPhrase({ ratio: 0.5, tokens: 1 })).toBe('2.0 times slower than WebAssembly');
  });

  it('tells sizes and where before it begins, and bytes on the way', () => {
    const text = planText({ downloadBytes: 322e6, diskBytes: 907e6 }, '/storage/native');
    for (const part of ['322 MB', '907 MB', '/storage/native', 'Remove Native Acceleration']) expect(text).toContain(part);
    expect(setupPhrase({ stage: 'Downloading TensorFlow', done: 100e6, total: 207e6 })).toBe('Downloading TensorFlow: 100 of 207 MB (48 %)');
    expect(setupPhrase({ stage: 'Compiling the binding', done: 0, total: 0 })).toBe('Compiling the binding');
  });
});

describe('the check of both backends', () => {
  const engine = (forwardMs: number, answer: TokenDetail, disposed: string[] = []): CheckedEngine => ({
    trace: () => Promise.resolve([makeRun(sideBySide('a', 'b'), [[1, 1]], { forwardMs })]),
    detail: () => Promise.resolve(answer),
    dispose: () => { disposed.push('disposed'); return Promise.resolve(); },
  });
  const check = (engines: CheckedEngine[]): ReturnType<typeof checkBackends> => checkBackends({ start: () => engines.shift() ?? engine(1, detail([])), path: '/demo', nativeFolder: '/native', text: 'ab' });

  it('gives how much faster native is, and ends both engines', async () => {
    const disposed: string[] = [];
    await expect(check([engine(10, detail([1, 2]), disposed), engine(35, detail([2, 1]), disposed)])).resolves.toEqual({ ratio: 3.5, tokens: 2 });
    expect(disposed).toHaveLength(2);
  });

  it('refuses a library that selects other experts', async () => {
    const disposed: string[] = [];
    await expect(check([engine(10, detail([1, 3]), disposed), engine(35, detail([1, 2]), disposed)])).rejects.toMatchObject({ code: 'E_NATIVE_SETUP', message: 'The native library selects other experts than WebAssembly for 2 of 2 tokens.' });
    expect(disposed).toHaveLength(2);
  });

  it('lets rounding decide ties only', () => {
    expect(sameSelections(detail([1], 1e-6), detail([2]))).toBe(true);
    expect(sameSelections(detail([1]), detail([2]))).toBe(false);
    expect(sameSelections(detail([1]), detail([1, 2]))).toBe(false);
    expect(sameSelections(detail([1]), { ...detail([1]), layers: [] })).toBe(false);
  });
});

describe('the process that sets up', () => {
  let folder: string;
  const log = { info: (): void => undefined, warn: (): void => undefined, error: (): void => undefined };
  const program = (code: string): string => {
    const file = join(folder, `${Math.random().toString(36).slice(2)}.mjs`);
    writeFileSync(file, code);
    return file;
  };

  beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'setup-')); });
  afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

  it('reports progress, then what there is', async () => {
    const seen: string[] = [];
    const file = program('process.send({ type: "progress", progress: { stage: "Working", done: 1, total: 2 } }); process.send({ type: "ready", version: "2.15.1" }, () => process.disconnect());');
    await expect(runSetup({ file, args: [], log, onProgress: ({ stage }) => seen.push(stage) })).resolves.toEqual({ type: 'ready', version: '2.15.1' });
    expect(seen).toEqual(['Working']);
  });

  it('fails with its own error, or with how it ended', async () => {
    const error = program('process.send({ type: "error", error: { code: "E_TOOL_MISSING", message: "npm was not found.", hint: "Install it." } }, () => process.exit(1));');
    await expect(runSetup({ file: error, args: [], log })).rejects.toMatchObject({ code: 'E_TOOL_MISSING', hint: 'Install it.' });
    await expect(runSetup({ file: program('process.exit(7);'), args: [], log })).rejects.toMatchObject({ code: 'E_NATIVE_SETUP', message: 'The set-up ended unexpectedly (exit code 7).' });
  });

  it('is cancelled by closing its channel, and has ended when that is told', async () => {
    const controller = new AbortController();
    const mark = join(folder, 'mark');
    const file = program(`import { rmSync, writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(mark)}, ''); process.on('disconnect', () => setTimeout(() => { rmSync(${JSON.stringify(mark)}); process.exit(1); }, 200)); process.send({ type: 'line', text: 'on its way' });`);
    const running = runSetup({ file, args: [], log: { ...log, info: () => controller.abort() }, signal: controller.signal });
    await expect(running).rejects.toMatchObject({ code: 'E_CANCELLED' });
    await expect(runSetup({ file, args: [], log, signal: controller.signal })).rejects.toMatchObject({ code: 'E_CANCELLED' });
    expect(existsSync(mark)).toBe(false);
  });
});

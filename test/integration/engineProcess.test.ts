/** The engine as the extension host meets it: a forked process behind protocol/rpc.ts. */
import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { CancellationTokenSource, type MessageConnection } from 'vscode-jsonrpc';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import type { Progress } from '../../src/protocol/engineApi.js';
import { detailRequest, discoverRequest, fromResponseError, infoRequest, openRequest, progressType, releaseRequest, traceRequest } from '../../src/protocol/rpc.js';

const ROOT = join(import.meta.dirname, '../..');
const FIXTURE = join(ROOT, 'test/fixtures/checkpoints/olmoe-a');
const TEXT = readFileSync(join(FIXTURE, 'text.txt'), 'utf8');
const OPEN = { path: FIXTURE, backend: 'wasm', nativeFolder: '', memory: 2 ** 30, progressToken: 'p' } as const;

const started: { readonly child: ChildProcess; readonly connection: MessageConnection }[] = [];

function startEngine(): { child: ChildProcess; connection: MessageConnection } {
  const child = fork(join(ROOT, 'dist/engine.js'), [], { serialization: 'advanced', execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  connection.listen();
  started.push({ child, connection });
  return { child, connection };
}

const exited = (child: ChildProcess): Promise<void> => new Promise((resolve) => { if (child.exitCode !== null || child.signalCode !== null) resolve(); else child.once('exit', () => { resolve(); }); });
const codeOf = (call: Promise<unknown>): Promise<string> => call.then(() => 'no error', (error: unknown) => fromResponseError(error).code);

afterEach(async () => {
  for (const { child, connection } of started.splice(0)) {
    connection.dispose();
    if (child.connected) child.disconnect();
    await exited(child);
  }
});

describe('the engine process', () => {
  it('opens a checkpoint, runs two policies with progress, gives details, and lets go of traces', async () => {
    const { connection } = startEngine();
    const { model, backend } = await connection.sendRequest(openRequest, OPEN);
    expect(model).toMatchObject({ family: 'olmoe', experts: 16, nativePolicy: 'top-k:4' });
    expect(backend.name).toBe('wasm');
    const progress: Progress[] = [];
    connection.onProgress(progressType, 'p', (value) => { progress.push(value); });
    const [native, simulated] = await connection.sendRequest(traceRequest, { ...OPEN, text: TEXT, policies: ['native', 'top-p:0.4'], surprisal: true });
    expect(native).toMatchObject({ policy: 'native', concretePolicy: 'top-k:4', simulated: false, textLength: TEXT.length });
    expect(simulated).toMatchObject({ policy: 'top-p:0.4', simulated: true });
    expect(native?.counts).toBeInstanceOf(Uint8Array); // one byte each on the wire
    expect([...(native?.counts ?? [])].every((count) => count === 4)).toBe(true);
    expect(Number.isNaN(native?.surprisal[0])).toBe(true);
    expect(progress.at(-1)).toMatchObject({ done: expect.any(Number) as number, total: 4 });
    const detail = await connection.sendRequest(detailRequest, { traceId: native?.traceId ?? 0, token: 1 });
    expect(detail.layers.map(({ selected }) => selected.length)).toEqual([4, 4, 4]);
    expect(detail.layers[0]?.selected[0]?.probability).toBeGreaterThanOrEqual(detail.layers[0]?.selected[1]?.probability ?? 1);
    expect(await codeOf(connection.sendRequest(detailRequest, { traceId: native?.traceId ?? 0, token: 100_000 }))).toBe('E_MESSAGE_INVALID');
    await connection.sendRequest(releaseRequest, { traceIds: [native?.traceId ?? 0] });
    expect(await codeOf(connection.sendRequest(detailRequest, { traceId: native?.traceId ?? 0, token: 1 }))).toBe('E_TRACE_GONE');
  });

  it('tells what a checkpoint is, and what there is, before anything is run', async () => {
    const { connection } = startEngine();
    expect(await connection.sendRequest(infoRequest, OPEN)).toMatchObject({ model: { family: 'olmoe', experts: 16 }, fits: 'memory', tokenizer: 'BPE' });
    expect(await codeOf(connection.sendRequest(infoRequest, { ...OPEN, path: join(ROOT, 'no such folder') }))).toBe('E_MODEL_NOT_FOUND');
    const steps: Progress[] = [];
    connection.onProgress(progressType, 'd', (step) => { steps.push(step); });
    const { found } = await connection.sendRequest(discoverRequest, { folders: [FIXTURE], backend: 'wasm', nativeFolder: '', memory: 2 ** 30, progressToken: 'd' });
    expect(found).toContainEqual(expect.objectContaining({ name: 'olmoe-a', source: FIXTURE, fits: 'memory' }));
    expect(steps.at(-1)?.done).toBe(steps.at(-1)?.total);
    const source = new CancellationTokenSource();
    source.cancel();
    expect(await codeOf(connection.sendRequest(discoverRequest, { folders: [], backend: 'wasm', nativeFolder: '', memory: 2 ** 30, progressToken: 'd' }, source.token))).toMatch(/E_CANCELLED|no error/);
  });

  it('refuses an unfaithful policy before it runs another', async () => {
    const { connection } = startEngine();
    const progress: Progress[] = [];
    connection.onProgress(progressType, 'p', (step) => { progress.push(step); });
    expect(await codeOf(connection.sendRequest(traceRequest, { ...OPEN, path: join(FIXTURE, '../phimoe-a'), text: TEXT, policies: ['native', 'top-k:1'], surprisal: true }))).toBe('E_POLICY_UNSUPPORTED');
    expect(progress.map(({ stage }) => stage)).toEqual(['opening the model']);
  });

  it('answers what is wrong with its code, and goes on', async () => {
    const { connection } = startEngine();
    const trace = (text: string, policies: string[], path: string = FIXTURE): Promise<unknown> => connection.sendRequest(traceRequest, { ...OPEN, path, text, policies, surprisal: true });
    expect(await codeOf(trace('', ['native']))).toBe('E_TEXT_EMPTY');
    expect(await codeOf(trace('x'.repeat(1_000_001), ['native']))).toBe('E_TEXT_TOO_LONG');
    expect(await codeOf(trace('x', ['top-q:1']))).toBe('E_POLICY_INVALID');
    expect(await codeOf(trace('x', ['native'], join(ROOT, 'no such folder')))).toBe('E_MODEL_NOT_FOUND');
    expect(await codeOf(connection.sendRequest(openRequest, { ...OPEN, backend: 'gpu' as 'wasm' }))).toBe('E_MESSAGE_INVALID');
    expect(await codeOf(connection.sendRequest(openRequest, { ...OPEN, memory: 1e6 }))).toBe('E_MESSAGE_INVALID'); // less than anything runs in
    const odd = undefined as never;
    for (const call of [connection.sendRequest(openRequest, odd), connection.sendRequest(traceRequest, { ...OPEN, text: TEXT, policies: odd, surprisal: true }), connection.sendRequest(detailRequest, odd), connection.sendRequest(releaseRequest, odd)]) {
      expect(await codeOf(call)).toBe('E_MESSAGE_INVALID');
    }
    expect(await codeOf(trace(TEXT, ['native']))).toBe('no error');
  });

  it('stops a run that is cancelled, and runs the next', async () => {
    const { connection } = startEngine();
    const source = new CancellationTokenSource();
    connection.onProgress(progressType, 'p', () => { source.cancel(); });
    const long = `${TEXT}\n`.repeat(40);
    expect(await codeOf(connection.sendRequest(traceRequest, { ...OPEN, text: long, policies: ['native'], surprisal: true }, source.token))).toBe('E_CANCELLED');
    expect(await codeOf(connection.sendRequest(traceRequest, { ...OPEN, progressToken: 'other', text: TEXT, policies: ['native'], surprisal: false }))).toBe('no error');
  });

  it('ends when its parent goes', async () => {
    const { child, connection } = startEngine();
    await connection.sendRequest(openRequest, OPEN);
    child.disconnect();
    await exited(child);
    expect(child.exitCode).toBe(0);
  });
});

/**
 * The engine process: forked by the extension host, it serves protocol/rpc.ts over Node's IPC and ends with its
 * parent. Everything slow or large happens here.
 */
import type { CancellationToken } from 'vscode-jsonrpc';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import { detailRequest, discoverRequest, infoRequest, openRequest, progressType, releaseRequest, toResponseError, traceRequest, type WithProgress } from '../protocol/rpc.js';
import { toWireRun } from '../protocol/wireRun.js';
import { checkParams, type CallOptions } from './engine.js';
import { withMemoryErrors } from './memoryErrors.js';
import { localEngine } from './localEngine.js';

const engine = localEngine();
const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));

function signalOf(token: CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  token.onCancellationRequested(() => { controller.abort(); });
  return controller.signal;
}

/** Checks the parameters and answers; errors cross the wire with their code. A backend that ran out of memory can't go on, so the process ends after saying so. */
async function answer<R>(call: Parameters<typeof checkParams>[0], params: unknown, work: () => R | Promise<R>): Promise<R> {
  try {
    checkParams(call, params);
    return await withMemoryErrors(work, () => { setTimeout(() => process.exit(1), 200); });
  } catch (error) {
    throw toResponseError(error);
  }
}

const callOptions = ({ progressToken }: WithProgress, token: CancellationToken): CallOptions => ({
  signal: signalOf(token),
  onProgress: (progress) => { void connection.sendProgress(progressType, progressToken, progress); },
});

connection.onRequest(openRequest, (params, token) => answer('open', params, () => engine.open(params, callOptions(params, token))));
connection.onRequest(infoRequest, (params) => answer('info', params, () => engine.info(params)));
connection.onRequest(traceRequest, (params, token) => answer('trace', params, async () => (await engine.trace(params, callOptions(params, token))).map(toWireRun)));
connection.onRequest(detailRequest, (params) => answer('detail', params, () => engine.detail(params)));
connection.onRequest(releaseRequest, (params) => answer('release', params, () => { engine.release(params); return null; }));
connection.onRequest(discoverRequest, (params, token) => answer('discover', params, () => engine.discover(params, callOptions(params, token))));
connection.onClose(() => process.exit(0));
process.on('disconnect', () => process.exit(0));
connection.listen();

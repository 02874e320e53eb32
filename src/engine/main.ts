/**
 * The engine process: forked by the extension host, it serves protocol/rpc.ts over Node's IPC and ends with its
 * parent. Everything slow or large happens here.
 */
import type { CancellationToken } from 'vscode-jsonrpc';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import type { Progress } from '../protocol/engineApi.js';
import { detailRequest, discoverRequest, openRequest, progressType, releaseRequest, toResponseError, traceRequest } from '../protocol/rpc.js';
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

/** Errors cross the wire with their code; a backend that ran out of memory can't go on, so the process ends after saying so. */
async function answer<R>(work: () => R | Promise<R>): Promise<R> {
  try {
    return await withMemoryErrors(work, () => { setTimeout(() => process.exit(1), 200); });
  } catch (error) {
    throw toResponseError(error);
  }
}

const reportTo = (progressToken: string) => (progress: Progress): void => { void connection.sendProgress(progressType, progressToken, progress); };

connection.onRequest(openRequest, ({ progressToken, ...params }, token) => answer(() => engine.open(params, { signal: signalOf(token), onProgress: reportTo(progressToken) })));
connection.onRequest(traceRequest, ({ progressToken, ...params }, token) => answer(() => engine.trace(params, { signal: signalOf(token), onProgress: reportTo(progressToken) })));
connection.onRequest(detailRequest, (params) => answer(() => engine.detail(params)));
connection.onRequest(releaseRequest, (params) => answer(() => { engine.release(params); return null; }));
connection.onRequest(discoverRequest, (params, token) => answer(() => engine.discover(params, { signal: signalOf(token) })));
connection.onClose(() => process.exit(0));
process.on('disconnect', () => process.exit(0));
connection.listen();

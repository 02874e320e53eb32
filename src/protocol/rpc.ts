/**
 * The engine's calls as vscode-jsonrpc requests: one name, one type, used by both ends. The two processes talk
 * over Node's IPC with `serialization: 'advanced'`, so that typed arrays arrive as they are.
 */
import { ProgressType, RequestType, ResponseError } from 'vscode-jsonrpc';
import { ERROR_CODES, LensError, toLensError, type ErrorCode } from '../base/errors.js';
import type { DetailParams, DiscoverParams, Discovery, OpenParams, OpenResult, Progress, ReleaseParams, TraceParams, WireError } from './engineApi.js';
import type { ModelFacts } from '../trace/modelFacts.js';
import type { TokenDetail } from '../trace/run.js';
import type { WireRun } from './wireRun.js';

/** `trace`, `open` and `discover` report progress under this token, which the caller makes up. */
export interface WithProgress {
  readonly progressToken: string;
}

export const openRequest = new RequestType<OpenParams & WithProgress, OpenResult, WireError>('open');
export const infoRequest = new RequestType<OpenParams, ModelFacts, WireError>('info');
export const traceRequest = new RequestType<TraceParams & WithProgress, readonly WireRun[], WireError>('trace');
export const detailRequest = new RequestType<DetailParams, TokenDetail, WireError>('detail');
export const releaseRequest = new RequestType<ReleaseParams, null, WireError>('release');
export const discoverRequest = new RequestType<DiscoverParams & WithProgress, Discovery, WireError>('discover');
export const progressType = new ProgressType<Progress>();

/** JSON-RPC wants a number; ours says "application error", the code that matters is in `data`. */
const APPLICATION_ERROR = 1;

/** Any thrown value as the error that crosses the wire. */
export function toResponseError(error: unknown): ResponseError<WireError> {
  const lens = toLensError(error);
  return new ResponseError(APPLICATION_ERROR, lens.message, { code: lens.code, message: lens.message, hint: lens.hint });
}

/** The other way: what the caller of a request catches. */
export function fromResponseError(error: unknown): LensError {
  const data = error instanceof ResponseError ? (error.data as Partial<WireError> | undefined) : undefined;
  if (data !== undefined && (ERROR_CODES as readonly unknown[]).includes(data.code)) {
    return new LensError(data.code as ErrorCode, String(data.message), data.hint ?? '');
  }
  return toLensError(error);
}

import { LensError } from '../base/errors.js';
import type { BackendPreference, DetailParams, DiscoverParams, Discovery, OpenParams, OpenResult, Progress, ReleaseParams, TraceParams } from '../protocol/engineApi.js';
import type { RunSummary, TokenDetail } from '../trace/run.js';

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * The contract of every engine: what runs a model and how is its own business, nothing outside engine/ may know more
 * than its name. Ours (localEngine.ts) computes with TensorFlow.js; others will talk to llama.cpp or a vLLM server.
 */
export interface Engine {
  open(params: OpenParams, options?: CallOptions): Promise<OpenResult>;
  /** One run per policy, in order. */
  trace(params: TraceParams, options?: CallOptions): Promise<readonly RunSummary[]>;
  detail(params: DetailParams): TokenDetail;
  release(params: ReleaseParams): void;
  discover(params: DiscoverParams, options?: CallOptions): Promise<Discovery>;
  close(): Promise<void>;
}

const PREFERENCES: readonly BackendPreference[] = ['auto', 'native', 'wasm'];

/** @throws E_MESSAGE_INVALID unless the parameters are of their type: they come from another process. */
export function checkOpen(params: OpenParams): void {
  if (typeof params.path !== 'string' || params.path === '' || typeof params.nativeFolder !== 'string' || !PREFERENCES.includes(params.backend)) {
    throw new LensError('E_MESSAGE_INVALID', 'The engine was asked to open a model with parameters it does not understand.');
  }
}

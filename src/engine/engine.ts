import { LEAST_MEMORY } from '../base/bytes.js';
import { LensError } from '../base/errors.js';
import type { BackendPreference, DetailParams, DiscoverParams, Discovery, OpenParams, OpenResult, Progress, ReleaseParams, TraceParams } from '../protocol/engineApi.js';
import type { ModelFacts } from '../trace/modelFacts.js';
import type { RunSummary, TokenDetail } from '../trace/run.js';

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface TraceOptions extends CallOptions {
  /** Whether surprisal is computed; it is unless this is false. */
  readonly surprisal?: boolean;
  /** Whether every router probability is kept, or only those of the selected experts and the best of the others. */
  readonly full?: boolean;
}

/**
 * The contract of every engine: what runs a model and how is its own business, nothing outside engine/ may know more
 * than its name. Ours (localEngine.ts) computes with TensorFlow.js; others will talk to llama.cpp or a vLLM server.
 */
export interface Engine {
  open(params: OpenParams, options?: CallOptions): Promise<OpenResult>;
  /** What a checkpoint is, without opening it for a run: nothing is started, no weights are read. */
  info(params: OpenParams): Promise<ModelFacts>;
  /** One run per policy, in order. */
  trace(params: TraceParams, options?: CallOptions): Promise<readonly RunSummary[]>;
  detail(params: DetailParams): TokenDetail;
  release(params: ReleaseParams): void;
  discover(params: DiscoverParams, options?: CallOptions): Promise<Discovery>;
  close(): Promise<void>;
}

const PREFERENCES: readonly BackendPreference[] = ['auto', 'native', 'wasm'];

/** What a run and discovery both need to know of the backend. */
const isBackend = ({ backend, nativeFolder, memory }: Partial<Pick<OpenParams, 'backend' | 'nativeFolder' | 'memory'>>): boolean =>
  PREFERENCES.some((each) => each === backend) && typeof nativeFolder === 'string' && Number.isSafeInteger(memory) && Number(memory) >= LEAST_MEMORY;

const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every((each) => typeof each === 'string');

/** What each call must be given: it comes from another process. */
const CHECKS = {
  open: (params: Partial<OpenParams>): boolean => typeof params.path === 'string' && params.path !== '' && isBackend(params),
  info: (params: Partial<OpenParams>): boolean => CHECKS.open(params),
  trace: (params: Partial<TraceParams>): boolean => CHECKS.open(params) && typeof params.text === 'string' && isTexts(params.policies) && typeof params.surprisal === 'boolean',
  detail: (params: Partial<DetailParams>) => Number.isInteger(params.traceId) && Number.isInteger(params.token),
  release: (params: Partial<ReleaseParams>) => Array.isArray(params.traceIds) && params.traceIds.every(Number.isInteger),
  discover: (params: Partial<DiscoverParams>) => isTexts(params.folders) && isBackend(params),
};

/** @throws E_MESSAGE_INVALID unless the parameters are what the call needs */
export function checkParams(call: keyof typeof CHECKS, params: unknown): void {
  if (typeof params === 'object' && params !== null && CHECKS[call](params)) return;
  throw new LensError('E_MESSAGE_INVALID', `The engine was asked to ${call} with parameters that it does not understand.`);
}

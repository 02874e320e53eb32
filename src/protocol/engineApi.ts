/**
 * Every message between the extension host and the engine process. Requests carry plain data and typed
 * arrays only; cancelling and progress come with vscode-jsonrpc (CancellationToken, `progress`).
 */
import type { Fit, WeightBudget } from '../trace/modelFacts.js';
import type { BackendInfo, ModelInfo } from '../trace/run.js';

export type BackendPreference = 'auto' | 'native' | 'wasm';

export interface OpenParams {
  /** A checkpoint folder, or a GGUF file. */
  readonly path: string;
  readonly backend: BackendPreference;
  /** A folder whose node_modules holds @tensorflow/tfjs-node; empty: the usual places. */
  readonly nativeFolder: string;
  /** Bytes of memory that a run may take; `memoryBudget()` where nobody has said. */
  readonly memory: number;
}

export interface OpenResult {
  readonly model: ModelInfo;
  readonly backend: BackendInfo;
}

export interface TraceParams extends OpenParams {
  readonly text: string;
  /** Policies in text form; each gives one run. */
  readonly policies: readonly string[];
  /** Whether surprisal is wanted: it takes the output layer, a product with the whole vocabulary for every token. */
  readonly surprisal: boolean;
}

export interface DetailParams {
  readonly traceId: number;
  readonly token: number;
}

export interface ReleaseParams {
  readonly traceIds: readonly number[];
}

export interface DiscoverParams extends Pick<OpenParams, 'backend' | 'nativeFolder' | 'memory'> {
  /** Folders the user named, beside the usual caches. */
  readonly folders: readonly string[];
}

/** A checkpoint that discovery found, opened as far as its headers: it can be run, unless it does not fit. */
export interface FoundModel extends Pick<ModelInfo, 'name' | 'path' | 'family' | 'format' | 'dtypes' | 'layers' | 'experts' | 'sharedExperts' | 'nativePolicy' | 'parameters' | 'activeParameters' | 'contextLength' | 'weightBytes' | 'memoryBytes'> {
  readonly fits: Fit;
  /** Where it was found: "demo", "huggingface", "ollama", "lm-studio", "llama.cpp", or the folder the user named. */
  readonly source: string;
  /** Other names of the same file (tags of Ollama). */
  readonly also: readonly string[];
}

/** A checkpoint that was seen but can't be run, and why. */
export interface SkippedModel {
  readonly name: string;
  readonly path: string;
  readonly source: string;
  readonly code: string;
  readonly reason: string;
}

export interface Discovery {
  readonly budget: WeightBudget;
  readonly found: readonly FoundModel[];
  readonly skipped: readonly SkippedModel[];
}

/** How far a long call is. `done` of `total` steps; `stage` is a short phrase for people. */
export interface Progress {
  readonly stage: string;
  readonly done: number;
  readonly total: number;
}

/** What a LensError becomes on the wire (`data` of a JSON-RPC error). */
export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

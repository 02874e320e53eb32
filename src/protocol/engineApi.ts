/**
 * Every message between the extension host and the engine process. Requests carry plain data and typed
 * arrays only; cancelling and progress come with vscode-jsonrpc (CancellationToken, `progress`).
 */
import type { BackendInfo, ModelInfo } from '../trace/run.js';

export type BackendPreference = 'auto' | 'native' | 'wasm';

export interface OpenParams {
  /** A checkpoint folder. */
  readonly path: string;
  readonly backend: BackendPreference;
  /** A folder whose node_modules holds @tensorflow/tfjs-node; empty: the usual places. */
  readonly nativeFolder: string;
}

export interface OpenResult {
  readonly model: ModelInfo;
  readonly backend: BackendInfo;
}

export interface TraceParams extends OpenParams {
  readonly text: string;
  /** Policies in text form; each gives one run. */
  readonly policies: readonly string[];
}

export interface DetailParams {
  readonly traceId: number;
  readonly token: number;
}

export interface ReleaseParams {
  readonly traceIds: readonly number[];
}

export interface DiscoverParams {
  /** Folders the user named, beside the usual caches. */
  readonly folders: readonly string[];
}

/** A checkpoint that discovery found and that can be opened. */
export interface FoundModel {
  readonly name: string;
  readonly path: string;
  readonly family: string;
  readonly experts: number;
  readonly weightBytes: number;
  /** Where it was found: "demo", "huggingface", or the folder the user named. */
  readonly source: string;
}

/** A checkpoint that was seen but can't be opened, and why. */
export interface SkippedModel {
  readonly name: string;
  readonly path: string;
  readonly code: string;
  readonly reason: string;
}

export interface Discovery {
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

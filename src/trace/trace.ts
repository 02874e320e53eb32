import type { ConcretePolicy, Policy } from '../routing/policy.js';
import type { RoutingRecord } from './record.js';
import type { BackendInfo, ModelInfo, RunMemory, Windows } from './run.js';

/** One MoE layer of a trace. */
export interface LayerTrace extends RoutingRecord {
  readonly layer: number;
}

export interface TraceTokens {
  /** [T]: vocabulary ids, and UTF-16 offsets into the text. */
  readonly ids: Int32Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** The token as text; for a special token that the text does not hold, its name. */
  readonly texts: readonly string[];
}

/** Everything one run recorded, as flat arrays. Built only by `TraceBuilder`. */
export interface Trace {
  readonly model: ModelInfo;
  readonly backend: BackendInfo;
  readonly policy: Policy;
  readonly concrete: ConcretePolicy;
  /** True for a policy that the checkpoint was not trained with. */
  readonly simulated: boolean;
  readonly text: { readonly length: number; readonly sha256: string };
  readonly tokens: TraceTokens;
  /** [T], nats; NaN where there is none: the first token, and all of them where none was asked for. */
  readonly surprisal: Float32Array;
  /** In ascending order of `layer`; only layers with routed experts. */
  readonly layers: readonly LayerTrace[];
  readonly windows?: Windows;
  readonly summary: TraceSummary;
  readonly timings: Timings;
  readonly memory: RunMemory;
}

/** Milliseconds: opening the checkpoint, the whole run, and of that the expert layers (absent where it was not measured; of policies that ran together each has the share of its selections). */
export interface Timings {
  readonly loadMs: number;
  readonly forwardMs: number;
  readonly expertMs?: number;
}

export interface TraceSummary {
  /** Mean over tokens and MoE layers. */
  readonly meanExperts: number;
  /** Nats per token; null where no token has any: a single token, or none was asked for. */
  readonly meanSurprisal: number | null;
  /** Mean parameters that a token uses: everything outside the routed experts, and the experts it was sent to. */
  readonly activeParameters: number;
  /** Floating point operations of the whole run (two per multiply-add of a matrix product). */
  readonly flops: number;
  /** Mean count per MoE layer, in the order of `layers`. */
  readonly perLayer: readonly number[];
}

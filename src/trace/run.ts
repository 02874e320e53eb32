/**
 * What leaves the engine after a run: everything the editor and the panel draw at once, as flat arrays.
 * Full probabilities stay in the engine (see `TokenDetail`, asked for one token at a time).
 */

/** What a checkpoint is, known before any run. Policies are in text form (routing/policy). */
export interface ModelInfo {
  readonly name: string;
  readonly path: string;
  readonly family: string;
  /** How the weights are stored (checkpoint/checkpoint.ts). */
  readonly format: 'safetensors' | 'torch' | 'gguf';
  /** Decoder layers in all, and the indices of those with routed experts. */
  readonly layers: number;
  readonly moeLayers: readonly number[];
  /** Routed experts per MoE layer, and shared experts that always run. */
  readonly experts: number;
  readonly sharedExperts: number;
  readonly nativePolicy: string;
  /** Present where the native rule first limits the choice to the best `kept` of `groups` groups of experts. */
  readonly groupLimit?: { readonly groups: number; readonly kept: number };
  /**
   * Present where the router scores each expert by itself (a sigmoid): such scores are no distribution, so the probabilities, and what
   * Top-P adds up, are each one's share of their sum.
   */
  readonly normalisedScores?: true;
  /** Present where no other policy than the native one would be faithful: the reason, a sentence. */
  readonly nativeOnly?: string;
  /** Parameters in all. */
  readonly parameters: number;
  /** Parameters outside the routed experts: what every token uses. */
  readonly denseParameters: number;
  /** Of those, the ones that every token multiplies with (an embedding is only looked up, unless it is the output too). */
  readonly denseProductParameters: number;
  /** Parameters of one routed expert of one layer. */
  readonly expertParameters: number;
  /** Parameters that a token uses under the native policy; null where that depends on the token (Top-P). */
  readonly activeParameters: number | null;
  readonly hiddenSize: number;
  readonly vocabularySize: number;
  readonly contextLength: number;
  /** Element types of the weights on disk, the one with the most bytes first: ["MXFP4", "BF16"]. */
  readonly dtypes: readonly string[];
  /** Bytes of all weights as they are on disk, and as f32. They are kept as f32 where that fits into the memory budget, else as on disk. */
  readonly weightBytes: number;
  readonly memoryBytes: number;
}

/** What computed a run. `note` says what a person should know, for example how to get the native library. */
export interface BackendInfo {
  readonly name: 'tensorflow' | 'wasm';
  readonly version: string;
  readonly threads: number;
  readonly note?: string;
}

/** How a text longer than the model's context was run: windows of `length` tokens that start every `stride` tokens. */
export interface Windows {
  readonly length: number;
  readonly stride: number;
  readonly count: number;
}

/** What a run was given, was expected to need, and needed: bytes of memory of the whole process. */
export interface RunMemory {
  readonly budgetBytes: number;
  readonly estimatedBytes: number;
  /** The peak of the resident set as the operating system counts it, since the process began. */
  readonly peakBytes: number;
}

export interface RunSummary {
  /** Names the trace in the engine, for `detail`. */
  readonly traceId: number;
  readonly model: ModelInfo;
  readonly backend: BackendInfo;
  /** What was asked for (`native`) and what that is (`top-p:0.4`), in text form. */
  readonly policy: string;
  readonly concretePolicy: string;
  readonly simulated: boolean;
  /** UTF-16 code units of the text. */
  readonly textLength: number;
  /** Per token [T]: vocabulary id, UTF-16 offsets into the text, -ln p in nats (NaN where there is none: the first token, and all of them where none was asked for). */
  readonly tokenIds: Int32Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly surprisal: Float32Array;
  /** Routed experts per MoE layer and token, [M, T] row by row in the order of `model.moeLayers`. */
  readonly counts: Uint16Array;
  /** Present when the text was longer than the context. */
  readonly windows?: Windows;
  /** Mean parameters used per token, and floating point operations of the whole run. */
  readonly activeParameters: number;
  readonly flops: number;
  readonly loadMs: number;
  readonly forwardMs: number;
  /** Of that, in the expert layers; absent where it was not measured. Of policies that ran together each has the share of its selections. */
  readonly expertMs?: number;
  readonly memory: RunMemory;
}

export interface ExpertUse {
  readonly expert: number;
  readonly probability: number;
  /** Gate weight; undefined for an expert that was not selected. */
  readonly weight?: number;
}

/** One MoE layer as one token met it. */
export interface LayerDetail {
  readonly layer: number;
  /** Selected experts, most probable first. */
  readonly selected: readonly ExpertUse[];
  /** The most probable of those left out, at most three. */
  readonly runnersUp: readonly ExpertUse[];
  /** How far the selection was from another count or membership, in probability. */
  readonly margin: number;
  /** Entropy of the router's distribution in nats. */
  readonly entropy: number;
}

export interface TokenDetail {
  readonly token: number;
  readonly id: number;
  /** The token as the vocabulary spells it, decoded. */
  readonly text: string;
  readonly surprisal: number | null;
  readonly layers: readonly LayerDetail[];
}

import type { BackendInfo, ModelInfo } from './run.js';

/** What a run may take in memory, and which backend would start for it. */
export interface WeightBudget {
  readonly backend: BackendInfo['name'];
  /** Bytes. */
  readonly bytes: number;
}

/** All weights fit into the budget; or parts of them, which are read from disk when they are needed; or not even the parts that are needed at once. */
export type Fit = 'memory' | 'disk' | 'no';

/** What a checkpoint is, from its config and headers: known before any run. */
export interface ModelFacts {
  readonly model: ModelInfo;
  readonly budget: WeightBudget;
  readonly fits: Fit;
  /** The kind of its tokenizer where that is cheap to tell ("BPE", "SentencePiece"), else null. */
  readonly tokenizer: string | null;
  /** Whether a chat template comes with it. */
  readonly chatTemplate: boolean;
}

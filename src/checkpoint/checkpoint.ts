import type { TensorStore } from './tensorStore.js';

export type JsonObject = { readonly [key: string]: unknown };

/** How the weights are stored: safetensors, torch zip archives (.bin, .pt), or GGUF, which holds config and tokenizer as well. */
export type Format = 'safetensors' | 'torch' | 'gguf';

/** A model on disk, opened: its config, its tensors (not yet read) and where its tokenizer files are. */
export interface Checkpoint {
  readonly name: string;
  /** The checkpoint's folder; for a GGUF its (first) file. */
  readonly path: string;
  readonly format: Format;
  /** What config.json says; for a GGUF its metadata. */
  readonly config: JsonObject;
  readonly store: TensorStore;
  readonly weightBytes: number;
}

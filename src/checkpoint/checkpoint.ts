import type { TensorStore } from './tensorStore.js';

export type JsonObject = { readonly [key: string]: unknown };

/** A model on disk, opened: its config, its tensors (not yet read) and where its tokenizer files are. */
export interface Checkpoint {
  readonly name: string;
  readonly path: string;
  readonly format: 'safetensors';
  readonly config: JsonObject;
  readonly store: TensorStore;
  readonly weightBytes: number;
}

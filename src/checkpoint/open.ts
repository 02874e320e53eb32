import type { Checkpoint } from './checkpoint.js';
import { listNames, locate, readFolderConfig } from './checkpointFolder.js';
import { openSafetensorsStore } from './safetensorsStore.js';
import { findWeights } from './weightFiles.js';

/**
 * Opens a checkpoint: its config and the headers of its weights are read, tensors are read on demand.
 * @param path a checkpoint folder, its config.json or one of its .safetensors files, or a Hugging Face cache folder
 *   `models--ORG--NAME`
 * @returns the checkpoint; its `store` has to be closed
 * @throws E_MODEL_NOT_FOUND, E_CONFIG_MISSING, E_CONFIG_INVALID, E_WEIGHTS_MISSING, E_PICKLE, E_FORMAT_UNSUPPORTED,
 *   E_SHARD_MISSING, E_INDEX_INVALID, E_PATH, E_TENSOR_MISSING, E_UNREADABLE, and what readHeader throws
 */
export async function openCheckpoint(path: string): Promise<Checkpoint> {
  const { name, folder } = await locate(path);
  const names = await listNames(folder);
  const config = await readFolderConfig(folder, names);
  const weights = await findWeights(folder, names);
  const store = await openSafetensorsStore(weights);
  return { name, path: folder, format: 'safetensors', config, store, weightBytes: weights.bytes };
}

import { basename, join } from 'node:path';
import type { Checkpoint, JsonObject } from './checkpoint.js';
import { listNames, locate, onlyGguf } from './checkpointFolder.js';
import { CONFIG_NAME, readConfig } from './configFile.js';
import { openGguf, openGgufHeader } from './gguf/openGguf.js';
import { mxfp4Tensors } from './safetensors/mxfp4.js';
import { checkQuantisation, fp8Blocks } from './safetensors/quantisation.js';
import { scaledFp8Tensors } from './safetensors/scaledFp8.js';
import { withScaled } from './safetensors/scaledStore.js';
import { openShards } from './shardedStore.js';
import { TensorFile } from './safetensors/tensorFile.js';
import type { TensorStore } from './tensorStore.js';
import { TorchFile } from './torch/torchFile.js';
import { findWeights, type WeightFiles } from './weightFiles.js';

/**
 * Opens a checkpoint: its config and the headers of its weights are read, tensors are read on demand.
 * @param path a checkpoint folder, its config.json, its index or one of its files of weights (safetensors, or torch.save's
 *   .bin, .pt, .pth), a GGUF file (any part of a split one; an Ollama blob is one too), a folder with one GGUF, or a
 *   Hugging Face cache folder `models--ORG--NAME`
 * @returns the checkpoint; its `store` has to be closed
 * @throws E_MODEL_NOT_FOUND, E_FORMAT_UNSUPPORTED, E_CONFIG_MISSING, E_CONFIG_INVALID, E_CONFIG_UNSUPPORTED (a quantisation
 *   that is not read), E_WEIGHTS_MISSING, E_SHARD_MISSING, E_INDEX_INVALID, E_PATH, E_TENSOR_MISSING, E_PICKLE, E_UNREADABLE,
 *   and what readHeader, TorchFile.open and openGguf throw
 */
export function openCheckpoint(path: string): Promise<Checkpoint> {
  return open(path, openGguf);
}

/** The same for lists of checkpoints: quicker, because long arrays of a GGUF's metadata (its tokens) are left out. */
export function openCheckpointHeader(path: string): Promise<Checkpoint> {
  return open(path, openGgufHeader);
}

async function open(path: string, openGgufFile: typeof openGguf): Promise<Checkpoint> {
  const location = await locate(path);
  if (location.kind === 'gguf') return ggufCheckpoint(location.path, openGgufFile);
  const { name, folder, weights: named } = location;
  const names = await listNames(folder);
  const gguf = onlyGguf(folder, names);
  if (gguf !== undefined) return ggufCheckpoint(gguf, openGgufFile);
  const config = await readConfig(join(folder, CONFIG_NAME));
  checkQuantisation(config);
  const weights = await findWeights(folder, names, named);
  return { name, path: folder, format: weights.format, config, store: await openStore(weights, config), weightBytes: weights.bytes };
}

async function openStore(weights: WeightFiles, config: JsonObject): Promise<TensorStore> {
  if (weights.format === 'torch') return openShards(weights, (path) => TorchFile.open(path));
  const store = await openShards(weights, (path) => TensorFile.open(path));
  try {
    return withScaled(store, [...scaledFp8Tensors(store, fp8Blocks(config)), ...mxfp4Tensors(store)]);
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** A GGUF is config, weights and tokenizer in one; its metadata says what it is called, or else its file does. */
async function ggufCheckpoint(file: string, openGgufFile: typeof openGguf): Promise<Checkpoint> {
  const { metadata, store, weightBytes, paths } = await openGgufFile(file);
  const path = paths[0];
  const called = metadata['general.name'];
  return { name: typeof called === 'string' && called !== '' ? called : basename(path).replace(/\.gguf$/i, ''), path, format: 'gguf', config: metadata, store, weightBytes };
}

import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { LensError } from '../base/errors.js';
import { isMissing, unreadable } from './files.js';
import { INDEX_NAME, readShardIndex, type ShardIndex } from './shardIndex.js';

export const SINGLE_NAME = 'model.safetensors';

/** The weights of a checkpoint folder, found but not opened. Without an index, every tensor of the one file counts. */
export interface WeightFiles {
  /** Absolute or folder-relative paths, as the folder was given. */
  readonly paths: readonly string[];
  readonly index: ShardIndex | undefined;
  /** Bytes on disk of all files together. */
  readonly bytes: number;
}

/**
 * model.safetensors if there is one, else the files that the index names: the order in which transformers looks.
 * Files are looked up, not opened.
 * @param names what the folder contains
 * @throws E_PICKLE, E_FORMAT_UNSUPPORTED, E_WEIGHTS_MISSING, E_SHARD_MISSING, E_INDEX_INVALID, E_PATH, E_UNREADABLE
 */
export async function findWeights(folder: string, names: ReadonlySet<string>): Promise<WeightFiles> {
  if (names.has(SINGLE_NAME)) return withSizes([join(folder, SINGLE_NAME)], undefined);
  if (!names.has(INDEX_NAME)) throw noSafetensors(folder, names);
  const index = await readShardIndex(join(folder, INDEX_NAME));
  return withSizes(index.files.map((file) => join(folder, file)), index);
}

async function withSizes(paths: readonly string[], index: ShardIndex | undefined): Promise<WeightFiles> {
  let bytes = 0;
  for (const path of paths) bytes += await fileSize(path);
  return { paths, index, bytes };
}

async function fileSize(path: string): Promise<number> {
  try {
    return (await fs.stat(path)).size;
  } catch (error) {
    if (!isMissing(error)) throw unreadable(error, path);
    throw new LensError('E_SHARD_MISSING', `${path} is missing.`, 'The download is incomplete: fetch the checkpoint again.', { cause: error });
  }
}

/** Why a folder without the usual safetensors names can't be opened. */
function noSafetensors(folder: string, names: ReadonlySet<string>): LensError {
  const all = [...names];
  const stray = all.find((n) => n.endsWith('.safetensors') && n !== SINGLE_NAME);
  if (stray !== undefined) {
    return new LensError('E_WEIGHTS_MISSING', `${folder} has ${stray}, but neither ${SINGLE_NAME} nor ${INDEX_NAME}.`, 'Fetch the index too, or rename a single file.');
  }
  const pickle = all.find(isPickleName);
  if (pickle !== undefined) return pickleError(join(folder, pickle));
  const gguf = all.find(isGgufName);
  if (gguf !== undefined) return ggufError(join(folder, gguf));
  return new LensError('E_WEIGHTS_MISSING', `${folder} has a config.json but no weights.`, `${SINGLE_NAME} or ${INDEX_NAME} with its shards is wanted.`);
}

/** Files of torch.save, which is Python's pickle. What a Trainer leaves beside the weights does not count. */
export function isPickleName(name: string): boolean {
  return /\.(bin|pt|pth|ckpt)$/i.test(name) && !/^(training_args|optimizer|scheduler|rng_state.*|scaler)\./i.test(name);
}

export function isGgufName(name: string): boolean {
  return /\.gguf$/i.test(name);
}

export function pickleError(path: string): LensError {
  return new LensError(
    'E_PICKLE',
    `The weights are in the pickle format (${path}), which can run programs and can't be opened yet. It was not executed.`,
    'Convert the checkpoint to safetensors: load it with transformers where you trust it, and call save_pretrained.',
  );
}

export function ggufError(path: string): LensError {
  return new LensError('E_FORMAT_UNSUPPORTED', `${path} is a GGUF file; GGUF is not supported in this version.`, 'Use the safetensors checkpoint of the same model.');
}

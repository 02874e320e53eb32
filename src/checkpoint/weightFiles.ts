import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { LensError } from '../base/errors.js';
import type { Format } from './checkpoint.js';
import { isMissing, unreadable } from './files.js';
import { INDEX_NAME, readShardIndex, TORCH_INDEX_NAME, type ShardIndex } from './shardIndex.js';

export const SINGLE_NAME = 'model.safetensors';
export const TORCH_SINGLE_NAME = 'pytorch_model.bin';

/** The weights of a checkpoint folder, found but not opened. Without an index, every tensor of the one file counts. */
export interface WeightFiles {
  readonly format: Exclude<Format, 'gguf'>;
  /** Absolute or folder-relative paths, as the folder was given. */
  readonly paths: readonly string[];
  readonly index: ShardIndex | undefined;
  /** Bytes on disk of all files together. */
  readonly bytes: number;
}

/** How the files of a format are called. */
interface Layout {
  readonly format: WeightFiles['format'];
  readonly single: string;
  readonly index: string;
  readonly isShard: (name: string) => boolean;
}

/** In the order in which transformers looks. */
const LAYOUTS: readonly Layout[] = [
  { format: 'safetensors', single: SINGLE_NAME, index: INDEX_NAME, isShard: isSafetensorsName },
  { format: 'torch', single: TORCH_SINGLE_NAME, index: TORCH_INDEX_NAME, isShard: isPickleName },
];

/**
 * model.safetensors if there is one, else the files that its index names, else the same of pytorch_model.bin, else the
 * only torch file of another name. Files are looked up, not opened.
 * @param names what the folder contains
 * @param named the file of weights or the index that the user named: then it, with the shards that its index names
 * @throws E_WEIGHTS_MISSING, E_SHARD_MISSING, E_INDEX_INVALID, E_PATH, E_UNREADABLE
 */
export async function findWeights(folder: string, names: ReadonlySet<string>, named?: string): Promise<WeightFiles> {
  if (named !== undefined) return namedWeights(folder, names, named);
  for (const layout of LAYOUTS) {
    if (names.has(layout.single)) return oneFile(folder, layout, layout.single);
    if (names.has(layout.index)) return indexed(folder, layout);
  }
  const torch = onlyTorchFile(names);
  if (torch !== undefined) return oneFile(folder, layoutOf(torch), torch);
  throw noWeights(folder, names);
}

/** A shard stands for all shards of its index, any other file for itself. */
async function namedWeights(folder: string, names: ReadonlySet<string>, named: string): Promise<WeightFiles> {
  const layout = layoutOf(named);
  const hasIndex = names.has(layout.index) && named !== layout.single;
  if (!hasIndex) return oneFile(folder, layout, named);
  const weights = await indexed(folder, layout);
  return named === layout.index || weights.index?.files.includes(named) === true ? weights : oneFile(folder, layout, named);
}

function layoutOf(name: string): Layout {
  return LAYOUTS.find(({ isShard, index }) => isShard(name) || name === index) ?? LAYOUTS[0];
}

function oneFile(folder: string, { format }: Layout, name: string): Promise<WeightFiles> {
  return withSizes(format, [join(folder, name)], undefined);
}

async function indexed(folder: string, { format, index: name, isShard }: Layout): Promise<WeightFiles> {
  const index = await readShardIndex(join(folder, name), isShard);
  return withSizes(format, index.files.map((file) => join(folder, file)), index);
}

async function withSizes(format: WeightFiles['format'], paths: readonly string[], index: ShardIndex | undefined): Promise<WeightFiles> {
  let bytes = 0;
  for (const path of paths) bytes += await fileSize(path);
  return { format, paths, index, bytes };
}

async function fileSize(path: string): Promise<number> {
  try {
    return (await fs.stat(path)).size;
  } catch (error) {
    if (!isMissing(error)) throw unreadable(error, path);
    throw new LensError('E_SHARD_MISSING', `${path} is missing.`, 'The download is incomplete: fetch the checkpoint again.', { cause: error });
  }
}

/** A torch file of another name than transformers' (model.pt, consolidated.00.pth), if it is the only one and no shard. */
function onlyTorchFile(names: ReadonlySet<string>): string | undefined {
  const all = [...names].filter(isPickleName);
  const isStray = [...names].some(isSafetensorsName);
  return all.length === 1 && !isStray && !isShardName(all[0]) ? all[0] : undefined;
}

/** Why a folder without the usual names can't be opened. */
function noWeights(folder: string, names: ReadonlySet<string>): LensError {
  for (const { single, index, isShard } of LAYOUTS) {
    const stray = [...names].find(isShard);
    if (stray !== undefined) return new LensError('E_WEIGHTS_MISSING', `${folder} has ${stray}, but neither ${single} nor ${index}.`, 'Fetch the index too, or name one file instead of its folder.');
  }
  return new LensError('E_WEIGHTS_MISSING', `${folder} has a config.json but no weights.`, `${SINGLE_NAME} or ${INDEX_NAME} with its shards is wanted, or the same of ${TORCH_SINGLE_NAME}.`);
}

function isShardName(name: string): boolean {
  return /-\d+-of-\d+\./.test(name);
}

export function isSafetensorsName(name: string): boolean {
  return /\.safetensors$/i.test(name);
}

/** Files of torch.save. What a Trainer leaves beside the weights does not count. */
export function isPickleName(name: string): boolean {
  return /\.(bin|pt|pth|ckpt)$/i.test(name) && !/^(training_args|optimizer|scheduler|rng_state.*|scaler)\./i.test(name);
}

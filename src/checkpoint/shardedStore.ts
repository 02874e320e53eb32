import { basename } from 'node:path';
import { LensError } from '../base/errors.js';
import { quote } from './jsonValue.js';
import { mapLimit } from './mapLimit.js';
import { noTensor } from './readRange.js';
import type { ShardIndex } from './shardIndex.js';
import type { BlockType, TensorInfo, TensorStore } from './tensorStore.js';
import type { WeightFiles } from './weightFiles.js';

/** Headers that are read at the same time: enough to hide a slow disk, few enough to bound memory (each up to 100 MB). */
const PARALLEL_HEADERS = 4;
/** Tensors in all files together, about 300 bytes of memory each. Released models have up to about 100,000. */
const MAX_TENSORS = 524_288;

/** A store that is one file. */
export interface FileStore extends TensorStore {
  readonly path: string;
}

/** The tensors of one or several files of one format under one roof. */
export class ShardedStore<F extends FileStore> implements TensorStore {
  /** @param tensors each as one of the files has it */
  constructor(
    readonly tensors: ReadonlyMap<string, TensorInfo>,
    private readonly files: readonly F[],
  ) {}

  /** @throws E_TENSOR_MISSING */
  fileOf(name: string): F {
    const tensor = this.tensors.get(name);
    const file = this.files.find((candidate) => candidate.tensors.get(name) === tensor);
    if (tensor === undefined || file === undefined) throw noTensor(name);
    return file;
  }

  async readFloat32(name: string, start: number, count: number): Promise<Float32Array> {
    return this.fileOf(name).readFloat32(name, start, count);
  }

  blockType(name: string): BlockType | undefined {
    return this.tensors.has(name) ? this.fileOf(name).blockType(name) : undefined;
  }

  async readBlocks(name: string, start: number, target: Uint8Array): Promise<void> {
    return this.fileOf(name).readBlocks(name, start, target);
  }

  async close(): Promise<void> {
    await Promise.all(this.files.map((file) => file.close()));
  }
}

/**
 * Opens all files and reads what they say about their tensors; no weights are read.
 * @throws E_TENSOR_MISSING (a tensor that the index promises is not in its shard), and what `open` throws
 */
export async function openShards<F extends FileStore>(weights: WeightFiles, open: (path: string) => Promise<F>): Promise<ShardedStore<F>> {
  const files: F[] = [];
  let tensorCount = 0;
  try {
    const opened = await mapLimit(weights.paths, PARALLEL_HEADERS, async (path) => {
      const file = await open(path);
      files.push(file);
      tensorCount += file.tensors.size;
      if (tensorCount > MAX_TENSORS) throw new LensError('E_HEADER_INVALID', `The checkpoint has more than ${MAX_TENSORS} tensors.`, 'Is it a language model?');
      return file;
    });
    return new ShardedStore(weights.index === undefined ? everyTensor(opened) : indexedTensors(opened, weights.index), files);
  } catch (error) {
    await Promise.all(files.map((file) => file.close()));
    throw error;
  }
}

function everyTensor(files: readonly FileStore[]): ReadonlyMap<string, TensorInfo> {
  return files.length === 1 ? files[0].tensors : new Map(files.flatMap(({ tensors }) => [...tensors]));
}

/** The index decides: a tensor that a shard holds but the index does not name is left out. */
function indexedTensors(files: readonly FileStore[], index: ShardIndex): ReadonlyMap<string, TensorInfo> {
  const byName = new Map(files.map((file) => [basename(file.path), file.tensors]));
  const found = new Map<string, TensorInfo>();
  for (const [name, shard] of index.weightMap) {
    const tensor = byName.get(shard)?.get(name);
    if (tensor === undefined) {
      throw new LensError('E_TENSOR_MISSING', `The index says that tensor ${quote(name)} is in ${shard}, but it is not.`, 'Files of different checkpoints are mixed: fetch them again.');
    }
    found.set(name, tensor);
  }
  return found;
}

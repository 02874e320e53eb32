import { basename } from 'node:path';
import { LensError } from '../base/errors.js';
import { quote } from './jsonValue.js';
import { mapLimit } from './mapLimit.js';
import { noTensor } from './readRange.js';
import type { ShardIndex } from './shardIndex.js';
import type { TensorInfo, TensorStore } from './tensorStore.js';
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
  readonly tensors: ReadonlyMap<string, TensorInfo>;

  constructor(
    private readonly located: ReadonlyMap<string, F>,
    private readonly files: readonly F[],
  ) {
    const tensors = new Map<string, TensorInfo>();
    for (const [name, file] of located) {
      const tensor = file.tensors.get(name);
      if (tensor !== undefined) tensors.set(name, tensor);
    }
    this.tensors = tensors;
  }

  /** @throws E_TENSOR_MISSING */
  fileOf(name: string): F {
    const file = this.located.get(name);
    if (file === undefined) throw noTensor(name);
    return file;
  }

  async readFloat32(name: string, start: number, count: number): Promise<Float32Array> {
    return this.fileOf(name).readFloat32(name, start, count);
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

function everyTensor<F extends FileStore>(files: readonly F[]): ReadonlyMap<string, F> {
  const located = new Map<string, F>();
  for (const file of files) for (const name of file.tensors.keys()) located.set(name, file);
  return located;
}

/** The index decides: a tensor that a shard holds but the index does not name is left out. */
function indexedTensors<F extends FileStore>(files: readonly F[], index: ShardIndex): ReadonlyMap<string, F> {
  const byName = new Map(files.map((file) => [basename(file.path), file]));
  const located = new Map<string, F>();
  for (const [name, shard] of index.weightMap) {
    const file = byName.get(shard);
    if (file?.tensors.has(name) !== true) {
      throw new LensError('E_TENSOR_MISSING', `The index says that tensor ${quote(name)} is in ${shard}, but it is not.`, 'Files of different checkpoints are mixed: fetch them again.');
    }
    located.set(name, file);
  }
  return located;
}

import { basename } from 'node:path';
import { LensError } from '../base/errors.js';
import { mapLimit } from './mapLimit.js';
import { quote } from './jsonValue.js';
import type { TensorEntry } from './safetensors.js';
import type { ShardIndex } from './shardIndex.js';
import { TensorFile } from './tensorFile.js';
import type { TensorStore } from './tensorStore.js';
import type { WeightFiles } from './weightFiles.js';

/** Headers that are read at the same time: enough to hide a slow disk, few enough to bound memory (each up to 100 MB). */
const PARALLEL_HEADERS = 4;
/** Tensors in all files together, about 300 bytes of memory each. Released models have up to about 100,000. */
const MAX_TENSORS = 524_288;

interface Located {
  readonly file: TensorFile;
  readonly entry: TensorEntry;
}

/** The tensors of one or several safetensors files under one roof. */
class SafetensorsStore implements TensorStore {
  constructor(
    readonly tensors: ReadonlyMap<string, TensorEntry>,
    private readonly located: ReadonlyMap<string, Located>,
    private readonly files: readonly TensorFile[],
  ) {}

  async readFloat32(name: string, start: number, count: number): Promise<Float32Array> {
    const found = this.located.get(name);
    if (found === undefined) throw new LensError('E_TENSOR_MISSING', `The checkpoint has no tensor ${quote(name)}.`, 'It is incomplete, or of another architecture than its config says.');
    return found.file.readFloat32(found.entry, start, count);
  }

  async close(): Promise<void> {
    await Promise.all(this.files.map((file) => file.close()));
  }
}

/**
 * Opens all files and reads all headers; no weights are read.
 * @throws E_SHARD_MISSING, E_TENSOR_MISSING (a tensor that the index promises is not in its shard), and what readHeader throws
 */
export async function openSafetensorsStore(weights: WeightFiles): Promise<TensorStore> {
  const files: TensorFile[] = [];
  let tensorCount = 0;
  try {
    const opened = await mapLimit(weights.paths, PARALLEL_HEADERS, async (path) => {
      const file = await TensorFile.open(path);
      files.push(file);
      tensorCount += file.tensors.size;
      if (tensorCount > MAX_TENSORS) throw new LensError('E_HEADER_INVALID', `The checkpoint has more than ${MAX_TENSORS} tensors.`, 'Is it a language model?');
      return file;
    });
    const located = weights.index === undefined ? everyTensor(opened) : indexedTensors(opened, weights.index);
    const tensors = new Map([...located].map(([name, { entry }]) => [name, entry]));
    return new SafetensorsStore(tensors, located, files);
  } catch (error) {
    await Promise.all(files.map((file) => file.close()));
    throw error;
  }
}

function everyTensor(files: readonly TensorFile[]): ReadonlyMap<string, Located> {
  return new Map(files.flatMap((file) => [...file.tensors.values()].map((entry) => [entry.name, { file, entry }] as const)));
}

/** The index decides: a tensor that a shard holds but the index does not name is left out. */
function indexedTensors(files: readonly TensorFile[], index: ShardIndex): ReadonlyMap<string, Located> {
  const byName = new Map(files.map((file) => [basename(file.path), file]));
  const located = new Map<string, Located>();
  for (const [name, shard] of index.weightMap) {
    const file = byName.get(shard);
    const entry = file?.tensors.get(name);
    if (file === undefined || entry === undefined) {
      throw new LensError('E_TENSOR_MISSING', `The index says that tensor ${quote(name)} is in ${shard}, but it is not.`, 'Files of different checkpoints are mixed: fetch them again.');
    }
    located.set(name, { file, entry });
  }
  return located;
}

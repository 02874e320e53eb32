import { LensError } from '../base/errors.js';
import { readSmallBytes } from './files.js';
import { JsonError } from './jsonError.js';
import { JsonReader, type JsonLimits } from './jsonReader.js';
import { quote } from './jsonValue.js';

export const INDEX_NAME = 'model.safetensors.index.json';
export const TORCH_INDEX_NAME = 'pytorch_model.bin.index.json';
/** The index of a model with 100,000 tensors has about 10 MB. */
const MAX_INDEX_BYTES = 64 * 1024 * 1024;
/** Released models have at most a few hundred shards; each takes an open file. */
const MAX_SHARDS = 1024;
/** As many tensors as a checkpoint may have (shardedStore.ts), five times the largest released model. */
const INDEX_LIMITS: JsonLimits = { depth: 16, values: 524_288 };

/** Which file of the folder holds which tensor. */
export interface ShardIndex {
  /** Plain file names, each once, in the order of their first use. */
  readonly files: readonly string[];
  /** Tensor name -> file name. */
  readonly weightMap: ReadonlyMap<string, string>;
}

/**
 * Reads `model.safetensors.index.json` or `pytorch_model.bin.index.json`. File names come from whoever made the
 * checkpoint: only plain names of shards in the same folder are accepted (such a name may be a link, as in Hugging Face's cache).
 * @param isShard whether a name is that of a file in the index's format
 * @throws E_INDEX_INVALID, E_DUPLICATE_KEY, E_PATH, E_UNREADABLE
 */
export async function readShardIndex(path: string, isShard: (name: string) => boolean): Promise<ShardIndex> {
  return parseShardIndex(await readSmallBytes(path, MAX_INDEX_BYTES, 'E_INDEX_INVALID'), path, isShard);
}

/** @param bytes valid UTF-8 */
export function parseShardIndex(bytes: Uint8Array, path: string, isShard: (name: string) => boolean): ShardIndex {
  const weightMap = readWeightMap(bytes, path, isShard);
  if (weightMap === undefined) throw invalid(path, 'has no weight_map object');
  const files = [...new Set(weightMap.values())];
  if (files.length === 0) throw invalid(path, 'names no tensors');
  if (files.length > MAX_SHARDS) throw invalid(path, `names ${files.length} files; the limit is ${MAX_SHARDS}`);
  return { files, weightMap };
}

function readWeightMap(bytes: Uint8Array, path: string, isShard: (name: string) => boolean): ReadonlyMap<string, string> | undefined {
  const reader = new JsonReader(bytes, INDEX_LIMITS);
  let weightMap: ReadonlyMap<string, string> | undefined;
  try {
    reader.enterObject();
    for (let key = reader.key(); key !== undefined; key = reader.key()) {
      if (key !== 'weight_map') reader.value();
      else if (weightMap !== undefined) throw new JsonError('duplicate', key);
      else if (!reader.isObject()) return undefined;
      else weightMap = readMap(reader, path, isShard);
    }
    reader.end();
    return weightMap;
  } catch (error) {
    throw error instanceof JsonError ? malformed(error, path) : error;
  }
}

function readMap(reader: JsonReader, path: string, isShard: (name: string) => boolean): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  const checked = new Set<string>();
  reader.enterObject();
  for (let tensor = reader.key(); tensor !== undefined; tensor = reader.key()) {
    const file = reader.value();
    if (typeof file !== 'string') throw invalid(path, `names ${quote(file)} as the file of tensor ${quote(tensor)}`);
    if (!checked.has(file)) checkFileName(file, path, isShard);
    checked.add(file);
    const count = map.size;
    map.set(tensor, file);
    if (map.size === count) throw new JsonError('duplicate', tensor);
  }
  return map;
}

function malformed({ fault, key }: JsonError, path: string): LensError {
  if (fault === 'duplicate') return new LensError('E_DUPLICATE_KEY', `${path} has ${quote(key)} twice.`, 'Which of the two is meant is unknown: fetch the file again.');
  return invalid(path, fault === 'too-deep' || fault === 'too-many' ? 'is nested too deep or too long' : 'is not valid JSON');
}

/** Separators of any system, drive letters and streams ("C:x", "a:b"), dot names and control characters are refused. */
function checkFileName(file: string, path: string, isShard: (name: string) => boolean): void {
  if (file === '' || /[/\\:\u0000-\u001f]/.test(file) || /^\.{1,2}$/.test(file)) {
    throw new LensError('E_PATH', `${path} names the file ${quote(file)}, which is not a plain name in its folder.`, 'Nothing outside the folder is read. Do not trust this checkpoint.');
  }
  if (!isShard(file)) throw invalid(path, `names ${quote(file)}, which is not a file of weights in its format`);
}

function invalid(path: string, why: string): LensError {
  return new LensError('E_INDEX_INVALID', `${path} ${why}.`, 'Fetch the file again.');
}

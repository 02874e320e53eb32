import { LensError } from '../base/errors.js';
import { readSmallText } from './files.js';
import { scanJsonObject, type ScanLimits } from './jsonScan.js';
import { isJsonObject, quote } from './jsonValue.js';

export const INDEX_NAME = 'model.safetensors.index.json';
export const TORCH_INDEX_NAME = 'pytorch_model.bin.index.json';
/** The index of a model with 100,000 tensors has about 10 MB. */
const MAX_INDEX_BYTES = 64 * 1024 * 1024;
/** Released models have at most a few hundred shards; each takes an open file. */
const MAX_SHARDS = 1024;
/** As many tensors as a checkpoint may have (shardedStore.ts), five times the largest released model. */
const INDEX_SCAN: ScanLimits = { depth: 16, values: 524_288, keys: 524_288 };

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
  return parseShardIndex(await readSmallText(path, MAX_INDEX_BYTES, 'E_INDEX_INVALID'), path, isShard);
}

export function parseShardIndex(text: string, path: string, isShard: (name: string) => boolean): ShardIndex {
  const weightMap = new Map<string, string>();
  const files = new Set<string>();
  for (const [tensor, file] of Object.entries(weightMapOf(text, path))) {
    if (typeof file !== 'string') throw invalid(path, `names ${quote(file)} as the file of tensor ${quote(tensor)}`);
    if (!files.has(file)) checkFileName(file, path, isShard);
    files.add(file);
    weightMap.set(tensor, file);
  }
  if (files.size === 0) throw invalid(path, 'names no tensors');
  if (files.size > MAX_SHARDS) throw invalid(path, `names ${files.size} files; the limit is ${MAX_SHARDS}`);
  return { files: [...files], weightMap };
}

function weightMapOf(text: string, path: string): object {
  const scan = scanJsonObject(text, INDEX_SCAN);
  if (scan.kind === 'duplicate') throw new LensError('E_DUPLICATE_KEY', `${path} has ${quote(scan.key)} twice.`, 'Which of the two is meant is unknown: fetch the file again.');
  if (scan.kind === 'too-deep' || scan.kind === 'too-many') throw invalid(path, 'is nested too deep or too long');
  const root = parse(text, path);
  const map = isJsonObject(root) ? root['weight_map'] : undefined;
  if (!isJsonObject(map)) throw invalid(path, 'has no weight_map object');
  return map;
}

function parse(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(path, 'is not valid JSON', error);
  }
}

/** Separators of any system, drive letters and streams ("C:x", "a:b"), dot names and control characters are refused. */
function checkFileName(file: string, path: string, isShard: (name: string) => boolean): void {
  if (file === '' || /[/\\:\u0000-\u001f]/.test(file) || /^\.{1,2}$/.test(file)) {
    throw new LensError('E_PATH', `${path} names the file ${quote(file)}, which is not a plain name in its folder.`, 'Nothing outside the folder is read. Do not trust this checkpoint.');
  }
  if (!isShard(file)) throw invalid(path, `names ${quote(file)}, which is not a file of weights in its format`);
}

function invalid(path: string, why: string, cause?: unknown): LensError {
  return new LensError('E_INDEX_INVALID', `${path} ${why}.`, 'Fetch the file again.', { cause });
}

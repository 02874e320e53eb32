import { basename, dirname, join } from 'node:path';
import { LensError } from '../../base/errors.js';
import type { JsonObject } from '../checkpoint.js';
import { isMissing } from '../files.js';
import { parseGgufName } from '../ggufNames.js';
import { quote } from '../jsonValue.js';
import { mapLimit } from '../mapLimit.js';
import { ShardedStore } from '../shardedStore.js';
import type { TensorStore } from '../tensorStore.js';
import { GgufFile } from './ggufFile.js';
import { KEEP_ALL, KEEP_SHORT, type Keep } from './metadata.js';
import type { GgufTensor } from './tensorDirectory.js';

/** Files of a set whose headers are read at the same time. */
const PARALLEL_HEADERS = 4;
/** Released models have at most a few hundred parts; each takes an open file. */
const MAX_PARTS = 1024;
/** Tensors in all parts together, about 400 bytes of memory each. Released models have about 1,000. */
const MAX_TENSORS = 524_288;

/** A model in one or several GGUF files, opened; `store` has to be closed. */
export interface OpenGguf {
  /** Metadata of the (first) file, by llama.cpp's keys. */
  readonly metadata: JsonObject;
  /** Elements of every array of the metadata, also of those that were left out. */
  readonly arrayLengths: ReadonlyMap<string, number>;
  /** Tensors by llama.cpp's names, shapes row-major. */
  readonly store: TensorStore;
  /** Bytes on disk of all files together. */
  readonly weightBytes: number;
  /** The files, in the order of their parts. */
  readonly paths: readonly string[];
}

/**
 * Opens a GGUF model: its metadata and tensor directory are read, tensors are read on demand.
 * @param path a GGUF file, or any part of a set (NAME-00001-of-00003.gguf): the others are looked for beside it
 * @throws E_MODEL_NOT_FOUND, E_SHARD_MISSING, E_TENSOR_MISSING (the parts have fewer tensors than the set), E_UNREADABLE, and what readHeader throws
 */
export function openGguf(path: string): Promise<OpenGguf> {
  return open(path, KEEP_ALL);
}

/**
 * The same in a hundredth of the time, for lists of models: arrays of more than 1,024 elements (tokens, scores, merges)
 * and texts of more than 64 KiB are left out of `metadata`. `arrayLengths` still has how long they are.
 */
export function openGgufHeader(path: string): Promise<OpenGguf> {
  return open(path, KEEP_SHORT);
}

async function open(path: string, keep: Keep): Promise<OpenGguf> {
  const files = await openParts(path, keep);
  try {
    const store = storeOf(files);
    const { metadata, arrayLengths } = files[0].header;
    return { metadata, arrayLengths, store, weightBytes: files.reduce((n, f) => n + f.size, 0), paths: files.map((f) => f.path) };
  } catch (error) {
    await closeAll(files);
    throw error;
  }
}

/** All files of the set that `path` belongs to, in order: the metadata says whether it is a set, the name where the others are. */
async function openParts(path: string, keep: Keep): Promise<readonly GgufFile[]> {
  const asked = await openPart(path, 'E_MODEL_NOT_FOUND', keep);
  const opened = [asked];
  let tensors = asked.tensors.size;
  try {
    const set = setOf(asked);
    if (set === undefined) return opened;
    checkName(path, set);
    const parts = Array.from({ length: set.count }, (_, i) => i + 1);
    return await mapLimit(parts, PARALLEL_HEADERS, async (part) => {
      if (part === set.part) return asked;
      const file = await openPart(partPath(path, part), 'E_SHARD_MISSING', keep);
      opened.push(file);
      tensors += file.tensors.size;
      if (tensors > MAX_TENSORS) throw new LensError('E_GGUF_LIMIT', `${path} and its other parts have more than ${MAX_TENSORS} tensors.`, 'Is it a language model?');
      const its = setOf(file);
      if (its?.part !== part || its.count !== set.count) throw new LensError('E_HEADER_INVALID', `${file.path} is not part ${part} of ${set.count} by its metadata.`, 'Files of different models are mixed: fetch them again.');
      return file;
    });
  } catch (error) {
    await closeAll(opened);
    throw error;
  }
}

async function openPart(path: string, missing: 'E_MODEL_NOT_FOUND' | 'E_SHARD_MISSING', keep: Keep): Promise<GgufFile> {
  try {
    return await GgufFile.open(path, keep);
  } catch (error) {
    if (!isMissing(error)) throw error;
    if (missing === 'E_MODEL_NOT_FOUND') throw new LensError(missing, `There is no such file: ${path}.`, 'Check the path.', { cause: error });
    throw new LensError(missing, `${path} is missing.`, 'The download is incomplete: fetch all parts of the model.', { cause: error });
  }
}

/** Which part of how many a file is: parts are numbered from 1 on, as in their names. */
interface PlaceInSet {
  readonly part: number;
  readonly count: number;
}

/** What the metadata says; undefined for a model of one file. Source: llama.cpp, gguf-split and llama-model-loader. */
function setOf({ path, header: { metadata } }: GgufFile): PlaceInSet | undefined {
  const { 'split.count': count = 1, 'split.no': no = 0 } = metadata;
  if (count === 0 || count === 1) return undefined;
  if (typeof count !== 'number' || typeof no !== 'number' || !Number.isSafeInteger(count) || !Number.isSafeInteger(no) || no < 0 || no >= count) {
    throw new LensError('E_HEADER_INVALID', `${path} claims to be part ${quote(no)} (from 0 on) of ${quote(count)}.`, 'The file is damaged: fetch it again.');
  }
  if (count > MAX_PARTS) throw new LensError('E_GGUF_LIMIT', `${path} claims to be one of ${count} parts; the limit is ${MAX_PARTS}.`, 'The file is damaged: fetch it again.');
  return { part: no + 1, count };
}

/** @throws E_SHARD_MISSING unless the name says the same: then the names of the others are known */
function checkName(path: string, { part, count }: PlaceInSet): void {
  const named = parseGgufName(path)?.part;
  if (named?.index === part && named.of === count) return;
  const wanted = `NAME-${fiveDigits(part)}-of-${fiveDigits(count)}.gguf`;
  throw new LensError('E_SHARD_MISSING', `${path} is part ${part} of ${count}, but the others can't be found by its name.`, `Give the files their names back: ${wanted}.`);
}

/** The file of the same set with part `part`: the same folder, the same name but for the number. */
function partPath(path: string, part: number): string {
  const name = basename(path).replace(/\d{5}(-of-\d{5}\.gguf)$/i, (_, rest: string) => `${fiveDigits(part)}${rest}`);
  return join(dirname(path), name);
}

function fiveDigits(n: number): string {
  return String(n).padStart(5, '0');
}

function storeOf(files: readonly GgufFile[]): TensorStore {
  const [first, ...others] = files;
  const tensors = new Map<string, GgufTensor>(first.tensors);
  for (const file of others) {
    for (const [name, tensor] of file.tensors) {
      if (tensors.has(name)) throw new LensError('E_DUPLICATE_KEY', `Tensor ${quote(name)} is in ${file.path} and in another part.`, 'Files of different models are mixed: fetch them again.');
      tensors.set(name, tensor);
    }
  }
  const promised = first.header.metadata['split.tensors.count'];
  if (others.length > 0 && promised !== undefined && promised !== tensors.size) {
    throw new LensError('E_TENSOR_MISSING', `${first.path} and its other parts have ${tensors.size} tensors; ${quote(promised)} are wanted.`, 'Files of different models are mixed: fetch them again.');
  }
  return new ShardedStore(tensors, files);
}

async function closeAll(files: readonly GgufFile[]): Promise<void> {
  await Promise.all(files.map((file) => file.close()));
}

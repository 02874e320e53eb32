import { promises as fs } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { LensError } from '../base/errors.js';
import { CONFIG_NAME } from './configFile.js';
import { isMissing, openFile, readFully, unreadable } from './files.js';
import { parseGgufName } from './ggufNames.js';
import { ggufSightings } from './ggufSightings.js';
import { hubRepoName, isHubRepo, resolveSnapshot, snapshotRepoName } from './hubRepo.js';
import { INDEX_NAME, TORCH_INDEX_NAME } from './shardIndex.js';
import { isPickleName, isSafetensorsName } from './weightFiles.js';

/** What a GGUF file begins with, whatever its name: Ollama's blobs have none that tells. */
const GGUF_MAGIC = 'GGUF';

/** What a path means: a GGUF, which is a model by itself, or a folder with a config.json and weights. */
export type Location =
  | { readonly kind: 'gguf'; readonly path: string }
  | {
    readonly kind: 'folder';
    /** What to call the checkpoint. */
    readonly name: string;
    readonly folder: string;
    /** The file of weights, or index, in the folder that was named. */
    readonly weights: string | undefined;
  };

/**
 * A folder means itself, a Hugging Face cache folder its snapshot, a config.json its folder; weights or an index mean
 * themselves in their folder. Expanding "~" is left to the caller.
 * @throws E_MODEL_NOT_FOUND, E_FORMAT_UNSUPPORTED, E_UNREADABLE
 */
export async function locate(path: string): Promise<Location> {
  if (path === '') throw new LensError('E_MODEL_NOT_FOUND', 'No model path was given.', 'Name a checkpoint folder, or a GGUF file.');
  const full = resolve(path);
  if (await isDirectory(full)) {
    if (isHubRepo(full)) return { kind: 'folder', name: hubRepoName(full), folder: await resolveSnapshot(full), weights: undefined };
    return { kind: 'folder', name: folderName(full), folder: full, weights: undefined };
  }
  const file = basename(full);
  if (parseGgufName(file) !== undefined || (await beginsWith(full, GGUF_MAGIC))) return { kind: 'gguf', path: full };
  const isWeights = file === INDEX_NAME || file === TORCH_INDEX_NAME || isSafetensorsName(file) || isPickleName(file);
  if (!isWeights && file !== CONFIG_NAME) {
    throw new LensError('E_FORMAT_UNSUPPORTED', `${full} is not a checkpoint.`, 'Choose the folder that holds config.json, the weights and the tokenizer, or a GGUF file.');
  }
  return { kind: 'folder', name: folderName(dirname(full)), folder: dirname(full), weights: isWeights ? file : undefined };
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await fs.stat(path)).isDirectory();
  } catch (error) {
    if (isMissing(error)) throw new LensError('E_MODEL_NOT_FOUND', `There is no such file or folder: ${path}.`, 'A path is wanted, not a name: the list of models ("moe-lens models", Choose Model) shows the path of each.', { cause: error });
    throw unreadable(error, path);
  }
}

async function beginsWith(path: string, magic: string): Promise<boolean> {
  const { handle, size } = await openFile(path);
  try {
    const bytes = new Uint8Array(Math.min(magic.length, size));
    await readFully(handle, path, bytes, 0);
    return Buffer.from(bytes).toString('latin1') === magic;
  } finally {
    await handle.close();
  }
}

/** What a checkpoint in `folder` is called: ORG/NAME in Hugging Face's cache, else the folder's own name. */
function folderName(folder: string): string {
  return snapshotRepoName(folder) ?? (basename(folder) || folder);
}

/** @throws E_UNREADABLE */
export async function listNames(folder: string): Promise<ReadonlySet<string>> {
  try {
    return new Set(await fs.readdir(folder));
  } catch (error) {
    throw unreadable(error, folder);
  }
}

/**
 * The GGUF that a folder without other weights stands for, undefined when it has other weights or no GGUF at all.
 * @param names what the folder contains
 * @throws E_MODEL_NOT_FOUND when there are several models, and why the only one can't be opened
 */
export function onlyGguf(folder: string, names: ReadonlySet<string>): string | undefined {
  const all = [...names].sort();
  const hasOthers = all.some((name) => isSafetensorsName(name) || isPickleName(name) || name === INDEX_NAME || name === TORCH_INDEX_NAME);
  if (hasOthers) return undefined;
  const sightings = ggufSightings(folder, all, (stem) => stem);
  const models = sightings.filter(({ kind }) => kind === 'gguf');
  if (models.length > 1) {
    throw new LensError('E_MODEL_NOT_FOUND', `${folder} holds ${models.length} models: ${models.map(({ path }) => basename(path)).join(', ')}.`, `Name one of them, for example ${join(folder, basename(models[0].path))}.`);
  }
  for (const sighting of sightings) if (models.length === 0 && sighting.kind === 'problem') throw sighting.error;
  return models[0]?.path;
}

import { promises as fs } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { LensError } from '../base/errors.js';
import type { JsonObject } from './checkpoint.js';
import { CONFIG_NAME, readConfig } from './configFile.js';
import { isMissing, unreadable } from './files.js';
import { hubRepoName, isHubRepo, resolveSnapshot, snapshotRepoName } from './hubRepo.js';
import { INDEX_NAME } from './shardIndex.js';
import { ggufError, isGgufName, isPickleName, pickleError } from './weightFiles.js';

/** A folder that may hold a checkpoint, and what to call it. */
export interface Location {
  readonly name: string;
  readonly folder: string;
}

/**
 * The folder that a path means: itself, the folder around a config.json, an index or a .safetensors file, or the
 * snapshot of a Hugging Face cache folder. Expanding "~" is left to the caller.
 * @throws E_MODEL_NOT_FOUND, E_FORMAT_UNSUPPORTED, E_PICKLE, E_UNREADABLE
 */
export async function locate(path: string): Promise<Location> {
  if (path === '') throw new LensError('E_MODEL_NOT_FOUND', 'No model path was given.', 'Name a checkpoint folder.');
  const full = resolve(path);
  if (await isDirectory(full)) {
    if (isHubRepo(full)) return { name: hubRepoName(full), folder: await resolveSnapshot(full) };
    return { name: folderName(full), folder: full };
  }
  const name = basename(full);
  if (name === CONFIG_NAME || name === INDEX_NAME || name.endsWith('.safetensors')) {
    return { name: folderName(dirname(full)), folder: dirname(full) };
  }
  if (isGgufName(name)) throw ggufError(full);
  if (isPickleName(name)) throw pickleError(full);
  throw new LensError('E_FORMAT_UNSUPPORTED', `${full} is not a checkpoint.`, 'Choose the folder that holds config.json, the weights and the tokenizer.');
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await fs.stat(path)).isDirectory();
  } catch (error) {
    if (isMissing(error)) throw new LensError('E_MODEL_NOT_FOUND', `There is no such file or folder: ${path}.`, 'Check the path.', { cause: error });
    throw unreadable(error, path);
  }
}

/** What a checkpoint in `folder` is called: ORG/NAME in Hugging Face's cache, else the folder's own name. */
export function folderName(folder: string): string {
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
 * The config.json of a folder.
 * @param names what the folder contains
 * @throws E_CONFIG_MISSING, E_CONFIG_INVALID, E_FORMAT_UNSUPPORTED (a GGUF needs no config: so it is not the config that is missing), E_UNREADABLE
 */
export async function readFolderConfig(folder: string, names: ReadonlySet<string>): Promise<JsonObject> {
  if (!names.has(CONFIG_NAME)) {
    const gguf = [...names].find(isGgufName);
    if (gguf !== undefined && ![...names].some((n) => n.endsWith('.safetensors'))) throw ggufError(join(folder, gguf));
  }
  return readConfig(join(folder, CONFIG_NAME));
}

import { promises as fs } from 'node:fs';
import { join, resolve } from 'node:path';
import { throwIfCancelled } from '../base/abort.js';
import { isLensError, LensError, toLensError } from '../base/errors.js';
import type { JsonObject } from './checkpoint.js';
import { folderName, listNames, locate, readFolderConfig } from './checkpointFolder.js';
import { isMissing, systemCode, unreadable } from './files.js';
import { MAX_DEPTH, walk, type Sighting } from './folderWalk.js';
import { hubCacheFolder, type Surroundings } from './hubCache.js';
import { hubRepoName, isHubRepo } from './hubRepo.js';
import { mapLimit } from './mapLimit.js';
import { INDEX_NAME } from './shardIndex.js';
import { TensorFile } from './tensorFile.js';
import { findWeights, ggufError, isPickleName, SINGLE_NAME } from './weightFiles.js';

/** A checkpoint that can be opened. */
export interface FoundCheckpoint {
  readonly name: string;
  readonly path: string;
  readonly family: string;
  readonly experts: number;
  readonly weightBytes: number;
  /** "huggingface", or the folder the user named. */
  readonly source: string;
}

/** Something that looks like a checkpoint but can't be opened: the error's code, and its sentence. */
export interface SkippedCheckpoint {
  readonly name: string;
  readonly path: string;
  readonly code: string;
  readonly reason: string;
}

export interface Discovery {
  readonly found: readonly FoundCheckpoint[];
  readonly skipped: readonly SkippedCheckpoint[];
}

export interface Classification {
  readonly family: string;
  readonly experts: number;
}

export interface DiscoverOptions extends Surroundings {
  /** Folders the user named, beside Hugging Face's cache. */
  readonly folders: readonly string[];
  /** Which family a config belongs to; throws a LensError (E_NOT_MOE, E_FAMILY_UNKNOWN, ...) for one that can't be run. */
  readonly classify: (config: JsonObject, path: string) => Classification;
}

/** Checkpoints looked into at the same time; each has one file open at most. */
const PARALLEL_CHECKPOINTS = 8;
/** Repositories of one cache that are looked at. */
const MAX_HUB_REPOS = 10_000;

/** What became of a sighting: `again` is a checkpoint met before, `other` a folder that holds no checkpoint after all. */
type Outcome =
  | { readonly kind: 'found'; readonly found: FoundCheckpoint }
  | { readonly kind: 'skipped'; readonly skipped: SkippedCheckpoint }
  | { readonly kind: 'again' | 'other' };

/**
 * Finds the checkpoints in Hugging Face's cache and below the named folders. Configs and, for known families, the
 * headers of the weights are read; weights are not. A checkpoint that is met twice is told once, where it was met first.
 * @throws E_CANCELLED only: whatever can't be read is told under `skipped`
 */
export async function discover(options: DiscoverOptions, signal?: AbortSignal): Promise<Discovery> {
  const seen = new Set<string>();
  const lookAll = (source: string, sightings: readonly Sighting[]): Promise<readonly Outcome[]> =>
    mapLimit(sightings, PARALLEL_CHECKPOINTS, (s) => look(s, source, options, seen, signal));
  const outcomes = [...(await lookAll('huggingface', await hubSightings(hubCacheFolder(options))))];
  for (const folder of new Set(options.folders)) {
    const below = await lookAll(folder, await namedSightings(folder, signal));
    outcomes.push(...(below.every((o) => o.kind === 'other') ? [nothingIn(folder)] : below));
  }
  return {
    found: outcomes.flatMap((o) => (o.kind === 'found' ? [o.found] : [])),
    skipped: outcomes.flatMap((o) => (o.kind === 'skipped' ? [o.skipped] : [])),
  };
}

/** The model repositories in a Hugging Face cache; none when there is no such cache. */
async function hubSightings(cache: string): Promise<readonly Sighting[]> {
  try {
    const repos = (await fs.readdir(cache)).filter(isHubRepo).sort().slice(0, MAX_HUB_REPOS);
    return repos.map((repo) => ({ kind: 'hub-repo', path: join(cache, repo) }));
  } catch (error) {
    return isMissing(error) ? [] : [{ kind: 'problem', path: cache, error: unreadable(error, cache) }];
  }
}

/** A named folder is searched; a named file stands for its folder. */
async function namedSightings(path: string, signal: AbortSignal | undefined): Promise<readonly Sighting[]> {
  const full = resolve(path);
  if (isHubRepo(full)) return [{ kind: 'hub-repo', path: full }];
  try {
    const { folder } = await locate(full);
    return folder === full ? await walk(full, signal) : [{ kind: 'checkpoint', path: folder }];
  } catch (error) {
    throwIfCancelled(signal);
    return [{ kind: 'problem', path: full, error: toLensError(error) }];
  }
}

async function look(sighting: Sighting, source: string, options: DiscoverOptions, seen: Set<string>, signal: AbortSignal | undefined): Promise<Outcome> {
  throwIfCancelled(signal);
  const { kind, path } = sighting;
  const name = kind === 'hub-repo' ? hubRepoName(path) : folderName(path);
  try {
    if (kind === 'problem') throw sighting.error;
    if (kind === 'gguf') throw ggufError(path);
    const folder = kind === 'hub-repo' ? (await locate(path)).folder : path;
    const real = await fs.realpath(folder);
    if (seen.has(real)) return { kind: 'again' };
    seen.add(real);
    const names = await listNames(folder);
    if (kind === 'checkpoint' && !(await holdsCheckpoint(folder, names))) return { kind: 'other' };
    return { kind: 'found', found: await inspect(name, folder, names, source, options.classify) };
  } catch (error) {
    if (isLensError(error, 'E_CANCELLED')) throw error;
    return skip(name, path, systemCode(error) === undefined ? toLensError(error) : unreadable(error, path));
  }
}

/** False for a folder that only happens to have a config.json of something else. */
async function holdsCheckpoint(folder: string, names: ReadonlySet<string>): Promise<boolean> {
  if (names.has(SINGLE_NAME) || names.has(INDEX_NAME)) return true;
  try {
    const config = await readFolderConfig(folder, names);
    return 'model_type' in config || 'architectures' in config;
  } catch {
    return [...names].some((n) => isPickleName(n) || n.endsWith('.safetensors')); // why not is told by inspect
  }
}

/** Config, family, then the weights' headers: what costs most comes last. */
async function inspect(name: string, folder: string, names: ReadonlySet<string>, source: string, classify: DiscoverOptions['classify']): Promise<FoundCheckpoint> {
  const { family, experts } = classify(await readFolderConfig(folder, names), folder);
  const weights = await findWeights(folder, names);
  for (const path of weights.paths) await (await TensorFile.open(path)).close(); // reads and checks the header
  return { name, path: folder, family, experts, weightBytes: weights.bytes, source };
}

function nothingIn(folder: string): Outcome {
  return skip(folderName(folder), folder, new LensError(
    'E_MODEL_NOT_FOUND',
    `No checkpoint was found in ${folder}, up to ${MAX_DEPTH} folders deep.`,
    'A checkpoint is a folder with config.json, safetensors and tokenizer.json.',
  ));
}

function skip(name: string, path: string, { code, sentence }: LensError): Outcome {
  return { kind: 'skipped', skipped: { name, path, code, reason: sentence } };
}

import { promises as fs } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { throwIfCancelled } from '../base/abort.js';
import { isLensError, LensError, toLensError } from '../base/errors.js';
import { locate } from './checkpointFolder.js';
import { CONFIG_NAME, readConfig } from './configFile.js';
import { isMissing, systemCode, unreadable } from './files.js';
import { MAX_DEPTH, walk } from './folderWalk.js';
import { parseGgufName } from './ggufNames.js';
import { snapshotRepoName } from './hubRepo.js';
import { mapLimit } from './mapLimit.js';
import { PLACES } from './places/places.js';
import { around, type Surroundings } from './places/surroundings.js';
import type { Sighting } from './sighting.js';
import { SINGLE_NAME } from './weightFiles.js';

/** A checkpoint that was opened as far as its headers, and what that told. */
export interface FoundCheckpoint<Facts> {
  readonly name: string;
  readonly path: string;
  /** The place ("ollama"), or the folder the user named. */
  readonly source: string;
  /** Other names under which the same file is known. */
  readonly also: readonly string[];
  readonly facts: Facts;
}

/** Something that looks like a checkpoint but can't be run: the error's code, and its sentence. */
export interface SkippedCheckpoint {
  readonly name: string;
  readonly path: string;
  readonly source: string;
  readonly code: string;
  readonly reason: string;
}

export interface Discovery<Facts> {
  readonly found: readonly FoundCheckpoint<Facts>[];
  readonly skipped: readonly SkippedCheckpoint[];
}

export interface DiscoverOptions<Facts> extends Surroundings {
  /** Folders (or checkpoints) the user named, beside the places of places/places.ts. */
  readonly folders: readonly string[];
  /** Opens the checkpoint at a path as far as its headers; throws a LensError (E_NOT_MOE, E_FAMILY_UNKNOWN, ...) for one that can't be run. */
  readonly inspect: (path: string) => Promise<Facts>;
  /** How many of those that were seen have been opened. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Checkpoints looked into at the same time; each has few files open at once. */
const PARALLEL_CHECKPOINTS = 8;

/** What became of a sighting: `other` is a folder that holds no checkpoint after all. */
type Outcome<Facts> = { readonly kind: 'found'; readonly found: FoundCheckpoint<Facts> } | Skipped | { readonly kind: 'other' };
interface Skipped {
  readonly kind: 'skipped';
  readonly skipped: SkippedCheckpoint;
}

/** The sightings of one place, those that were met before left out. */
interface Seen {
  readonly source: string;
  /** Whether the user named it: then it is told when nothing is in it. */
  readonly isNamed: boolean;
  readonly sightings: readonly Sighting[];
  readonly isRepetition: boolean;
}

/**
 * Finds the checkpoints in the caches of the programs that fetch them, and below the named folders. Headers are read, weights
 * are not. A checkpoint that is met twice is told once, where it was met first.
 * @throws E_CANCELLED only: whatever can't be read is told under `skipped`
 */
export async function discover<Facts>(options: DiscoverOptions<Facts>, signal?: AbortSignal): Promise<Discovery<Facts>> {
  const places = await lookEverywhere(options, signal);
  const total = places.reduce((sum, { sightings }) => sum + sightings.length, 0);
  let done = 0;
  options.onProgress?.(done, total);
  const outcomes: Outcome<Facts>[] = [];
  for (const { source, isNamed, isRepetition, sightings } of places) {
    const here = await mapLimit(sightings, PARALLEL_CHECKPOINTS, async (sighting) => {
      const outcome = await look(sighting, source, options.inspect, signal);
      options.onProgress?.(++done, total);
      return outcome;
    });
    const isEmpty = isNamed && !isRepetition && here.every((outcome) => outcome.kind === 'other');
    outcomes.push(...(isEmpty ? [nothingIn(source)] : here));
  }
  return {
    found: outcomes.flatMap((outcome) => (outcome.kind === 'found' ? [outcome.found] : [])),
    skipped: outcomes.flatMap((outcome) => (outcome.kind === 'skipped' ? [outcome.skipped] : [])),
  };
}

async function lookEverywhere<Facts>(options: DiscoverOptions<Facts>, signal: AbortSignal | undefined): Promise<readonly Seen[]> {
  const seen = new Set<string>();
  const unmet = async (source: string, isNamed: boolean, sightings: readonly Sighting[]): Promise<Seen> => {
    const fresh: Sighting[] = [];
    for (const sighting of sightings) {
      const real = await fs.realpath(sighting.path).catch(() => sighting.path); // what can't be resolved is told when it is opened
      if (!seen.has(real)) fresh.push(sighting);
      seen.add(real);
    }
    return { source, isNamed, sightings: fresh, isRepetition: fresh.length === 0 && sightings.length > 0 };
  };
  const surroundings = around(options);
  const places: Seen[] = [];
  for (const place of PLACES) {
    throwIfCancelled(signal);
    places.push(await unmet(place.source, false, await place.sightings(surroundings, signal)));
  }
  for (const folder of new Set(options.folders)) {
    throwIfCancelled(signal);
    places.push(await unmet(folder, true, await namedSightings(folder, signal)));
  }
  return places;
}

/** A named folder is searched; a named file stands for what opening it would open. */
async function namedSightings(path: string, signal: AbortSignal | undefined): Promise<readonly Sighting[]> {
  const full = resolve(path);
  try {
    if ((await fs.stat(full)).isDirectory()) return await walk(full, signal);
    const location = await locate(full);
    if (location.kind === 'gguf') return [{ kind: 'gguf', name: parseGgufName(full)?.stem ?? basename(full), path: full }];
    const { name, folder, weights } = location;
    return [{ kind: 'folder', name, path: weights === undefined || weights === SINGLE_NAME ? folder : full, isSure: true }];
  } catch (error) {
    throwIfCancelled(signal);
    const told = isMissing(error) ? new LensError('E_MODEL_NOT_FOUND', `There is no such file or folder: ${full}.`, 'Check the path.', { cause: error }) : unreadable(error, full);
    return [{ kind: 'problem', name: nameOf(full), path: full, error: told }];
  }
}

async function look<Facts>(sighting: Sighting, source: string, inspect: DiscoverOptions<Facts>['inspect'], signal: AbortSignal | undefined): Promise<Outcome<Facts>> {
  throwIfCancelled(signal);
  const { name, path } = sighting;
  try {
    if (sighting.kind === 'problem') throw sighting.error;
    if (sighting.kind === 'folder' && !sighting.isSure && !(await isModelConfig(path))) return { kind: 'other' };
    return { kind: 'found', found: { name, path, source, also: sighting.kind === 'gguf' ? (sighting.also ?? []) : [], facts: await inspect(path) } };
  } catch (error) {
    if (isLensError(error, 'E_CANCELLED')) throw error;
    return skip(name, path, source, systemCode(error) === undefined ? toLensError(error) : unreadable(error, path));
  }
}

/** False for a config.json of something else than a model; one that can't be read is told by what opens it. */
async function isModelConfig(folder: string): Promise<boolean> {
  try {
    const config = await readConfig(join(folder, CONFIG_NAME));
    return 'model_type' in config || 'architectures' in config;
  } catch {
    return true;
  }
}

const nameOf = (folder: string): string => snapshotRepoName(folder) ?? (basename(folder) || folder);

function nothingIn(folder: string): Skipped {
  return skip(nameOf(folder), folder, folder, new LensError(
    'E_MODEL_NOT_FOUND',
    `No checkpoint was found in ${folder}, up to ${MAX_DEPTH} folders deep.`,
    'A checkpoint is a folder with config.json, weights and a tokenizer, or a GGUF file.',
  ));
}

function skip(name: string, path: string, source: string, { code, sentence }: LensError): Skipped {
  return { kind: 'skipped', skipped: { name, path, source, code, reason: sentence } };
}

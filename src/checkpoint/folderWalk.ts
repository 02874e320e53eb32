import { promises as fs, type Dirent } from 'node:fs';
import { basename, join } from 'node:path';
import { throwIfCancelled } from '../base/abort.js';
import { LensError } from '../base/errors.js';
import { isMissing, unreadable } from './files.js';
import { folderKind } from './folderKind.js';
import { ggufSightings } from './ggufSightings.js';
import { isHubRepo, repoSightings, snapshotRepoName } from './hubRepo.js';
import { mapLimit } from './mapLimit.js';
import { isOllamaStore, storeSightings } from './places/ollama.js';
import type { Sighting } from './sighting.js';

/** Levels below a named folder that are searched: models/ORG/NAME, and one more for variants. */
export const MAX_DEPTH = 3;
/** Directory entries that are looked at below one named folder: a home folder or a dataset has many more, a model folder never. */
export const MAX_ENTRIES = 20_000;
const PARALLEL_FOLDERS = 8;

/**
 * Searches for checkpoints, level by level. Links are followed, each real folder once; hidden folders and node_modules
 * are left out. Only names are read. What can't be read becomes a `problem`, and the search goes on.
 * @throws E_CANCELLED
 */
export async function walk(root: string, signal?: AbortSignal, maxEntries = MAX_ENTRIES): Promise<readonly Sighting[]> {
  const search = new Search(signal, maxEntries);
  let level: readonly string[] = [root];
  for (let depth = 0; depth <= MAX_DEPTH && level.length > 0; depth++) {
    const unseen = await search.unseen(level);
    level = (await mapLimit(unseen, PARALLEL_FOLDERS, (folder) => search.visit(folder))).flat();
  }
  if (search.exhausted) search.report(root, new LensError('E_UNREADABLE', `The search in ${root} stopped after ${maxEntries} entries.`, 'Name a folder closer to the checkpoints.'));
  return search.sightings.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The same for a folder that a program may have made: none, and no problem, where it does not exist. @throws E_CANCELLED */
export async function existingSightings(folder: string, signal?: AbortSignal): Promise<readonly Sighting[]> {
  return (await isFolder(folder)) ? walk(folder, signal) : [];
}

/** What one walk has met so far. */
class Search {
  readonly sightings: Sighting[] = [];
  readonly #visited = new Set<string>();
  #entries = 0;

  constructor(
    private readonly signal: AbortSignal | undefined,
    private readonly maxEntries: number,
  ) {}

  get exhausted(): boolean {
    return this.#entries >= this.maxEntries;
  }

  report(path: string, error: LensError): void {
    this.sightings.push({ kind: 'problem', name: basename(path) || path, path, error });
  }

  /** Those of the folders that were not met before under another path; of several paths to one folder, the first. */
  async unseen(folders: readonly string[]): Promise<readonly string[]> {
    const reals = await mapLimit(folders, PARALLEL_FOLDERS, (folder) => fs.realpath(folder).catch(() => folder)); // visit tells why not
    return folders.filter((_, i) => {
      const isNew = !this.#visited.has(reals[i]);
      this.#visited.add(reals[i]);
      return isNew;
    });
  }

  /** Notes what the folder holds; returns the folders in it that are to be searched. */
  async visit(folder: string): Promise<readonly string[]> {
    throwIfCancelled(this.signal);
    if (this.exhausted) return [];
    try {
      if (isHubRepo(folder)) {
        this.sightings.push(...(await repoSightings(folder)));
        return [];
      }
      const entries = await this.#list(folder);
      const names = entries.map(({ name }) => name);
      if (isOllamaStore(names)) {
        this.sightings.push(...(await storeSightings(folder, this.signal)));
        return [];
      }
      this.#note(folder, names);
      return await foldersIn(folder, entries);
    } catch (error) {
      throwIfCancelled(this.signal);
      this.report(folder, isMissing(error) ? new LensError('E_MODEL_NOT_FOUND', `There is no folder ${folder}.`, 'Check the path.') : unreadable(error, folder));
      return [];
    }
  }

  /** The entries of a folder, as many as the walk may still look at. */
  async #list(folder: string): Promise<readonly Dirent[]> {
    const entries: Dirent[] = [];
    for await (const entry of await fs.opendir(folder, { bufferSize: 256 })) {
      if (this.exhausted) break;
      this.#entries++;
      entries.push(entry);
    }
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** A config.json beside GGUF files alone is theirs: it does not make the folder a checkpoint without weights. */
  #note(folder: string, names: readonly string[]): void {
    const files = ggufSightings(folder, names, (stem) => (isGeneric(stem) ? `${basename(folder)}/${stem}` : stem));
    const kind = folderKind(names);
    if (kind !== undefined && (kind !== 'config' || files.length === 0)) {
      this.sightings.push({ kind: 'folder', name: snapshotRepoName(folder) ?? (basename(folder) || folder), path: folder, isSure: kind === 'checkpoint' });
    }
    this.sightings.push(...files);
  }
}

/** A name that says nothing without its folder's: what llama.cpp's converter calls its output, and what people call a model's only file. */
function isGeneric(stem: string): boolean {
  return /^(?:ggml[-_])?model(?:[-_.]|$)/i.test(stem);
}

async function foldersIn(folder: string, entries: readonly Dirent[]): Promise<readonly string[]> {
  const folders: string[] = [];
  for (const entry of entries) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory() || (entry.isSymbolicLink() && (await isFolder(path)))) folders.push(path);
  }
  return folders;
}

/** A link that leads nowhere, or in a circle, is no folder. */
async function isFolder(path: string): Promise<boolean> {
  try {
    return (await fs.stat(path)).isDirectory();
  } catch {
    return false;
  }
}

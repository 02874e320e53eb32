import { promises as fs, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { throwIfCancelled } from '../base/abort.js';
import { LensError } from '../base/errors.js';
import { CONFIG_NAME } from './configFile.js';
import { isMissing, unreadable } from './files.js';
import { isHubRepo } from './hubRepo.js';
import { mapLimit } from './mapLimit.js';
import { INDEX_NAME } from './shardIndex.js';
import { isGgufName, SINGLE_NAME } from './weightFiles.js';

/** Levels below a named folder that are searched: models/ORG/NAME, and one more for variants. */
export const MAX_DEPTH = 3;
/** Directory entries that are looked at below one named folder: a home folder or a dataset has many more, a model folder never. */
export const MAX_ENTRIES = 20_000;
const PARALLEL_FOLDERS = 8;

/** Something below a named folder that a person should hear about. */
export type Sighting =
  | { readonly kind: 'checkpoint' | 'hub-repo' | 'gguf'; readonly path: string }
  | { readonly kind: 'problem'; readonly path: string; readonly error: LensError };

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
    this.sightings.push({ kind: 'problem', path, error });
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

  /** Notes what the folder holds; returns the folders in it. */
  async visit(folder: string): Promise<readonly string[]> {
    throwIfCancelled(this.signal);
    if (this.exhausted) return [];
    try {
      if (isHubRepo(folder)) {
        this.sightings.push({ kind: 'hub-repo', path: folder });
        return [];
      }
      const entries = await this.#list(folder);
      this.#note(folder, entries.map((e) => e.name));
      return await foldersIn(folder, entries);
    } catch (error) {
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

  #note(folder: string, names: readonly string[]): void {
    const holdsCheckpoint = names.some((n) => n === CONFIG_NAME || n === SINGLE_NAME || n === INDEX_NAME);
    if (holdsCheckpoint) this.sightings.push({ kind: 'checkpoint', path: folder });
    else for (const n of names) if (isGgufName(n) && !isLaterSplit(n)) this.sightings.push({ kind: 'gguf', path: join(folder, n) });
  }
}

/** A GGUF in several files (NAME-00002-of-00003.gguf) is told once. */
function isLaterSplit(name: string): boolean {
  return /-\d{5}-of-\d{5}\.gguf$/i.test(name) && !/-00001-of-\d{5}\.gguf$/i.test(name);
}

async function foldersIn(folder: string, entries: readonly Dirent[]): Promise<readonly string[]> {
  const folders: string[] = [];
  for (const entry of entries) {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory() || (entry.isSymbolicLink() && (await leadsToFolder(path)))) folders.push(path);
  }
  return folders;
}

/** A link that leads nowhere, or in a circle, is no folder. */
async function leadsToFolder(link: string): Promise<boolean> {
  try {
    return (await fs.stat(link)).isDirectory();
  } catch {
    return false;
  }
}

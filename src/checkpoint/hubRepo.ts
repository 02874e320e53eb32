import { promises as fs } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LensError, toLensError } from '../base/errors.js';
import { isMissing, readSmallText, unreadable } from './files.js';
import { folderKind } from './folderKind.js';
import { quantisationOf } from './ggufNames.js';
import { ggufSightings } from './ggufSightings.js';
import type { Sighting } from './sighting.js';

/**
 * A repository in Hugging Face's cache: models--ORG--NAME/{refs/main, blobs/<oid>, snapshots/<commit>/<file>}, where
 * snapshot files are links to blobs or real files.
 */
const PREFIX = 'models--';
/** refs/main holds one commit id. */
const MAX_REF_BYTES = 1024;
/** Folders below a snapshot in which GGUF files are looked for: some repositories have one for each quantisation. */
const GGUF_DEPTH = 2;
/** Entries of a snapshot's folder that are looked at: the largest repositories have some hundreds. */
const MAX_SNAPSHOT_ENTRIES = 4096;

export function isHubRepo(folder: string): boolean {
  return basename(folder).startsWith(PREFIX);
}

/** ORG/NAME (or NAME) of `models--ORG--NAME`. */
export function hubRepoName(folder: string): string {
  return basename(folder).slice(PREFIX.length).split('--').join('/');
}

/** ORG/NAME for a folder that is a snapshot of a repository in the cache, undefined for any other folder. */
export function snapshotRepoName(folder: string): string | undefined {
  const snapshots = dirname(folder);
  return basename(snapshots) === 'snapshots' && isHubRepo(dirname(snapshots)) ? hubRepoName(dirname(snapshots)) : undefined;
}

/**
 * The snapshot that refs/main names; where only another revision was downloaded, the newest snapshot.
 * @throws E_MODEL_NOT_FOUND (nothing downloaded), E_PATH (refs/main is not a plain name), E_UNREADABLE
 */
export async function resolveSnapshot(repo: string): Promise<string> {
  const [first] = await snapshots(repo);
  if (first !== undefined) return first;
  throw new LensError('E_MODEL_NOT_FOUND', `${repo} holds no snapshot.`, 'Its download did not finish: fetch it again.');
}

/**
 * What a repository in the cache offers: the checkpoint of its snapshot, and each of its GGUF files. A file may have
 * been fetched at an earlier commit than the rest: it is then in another snapshot, and there all the same.
 */
export async function repoSightings(repo: string): Promise<readonly Sighting[]> {
  const name = hubRepoName(repo);
  try {
    const main = await resolveSnapshot(repo);
    const nameOf = (stem: string): string => { const quantisation = quantisationOf(stem); return quantisation === undefined ? `${name}/${stem}` : `${name}:${quantisation}`; };
    const files = new Map<string, Sighting>(); // by their path in the snapshot: of several versions the first met counts
    for (const snapshot of await snapshots(repo)) {
      for (const sighting of await ggufsBelow(snapshot, nameOf)) {
        const inside = sighting.path.slice(snapshot.length);
        if (!files.has(inside)) files.set(inside, sighting);
      }
    }
    const kind = folderKind(await fs.readdir(main));
    const isCheckpoint = kind === 'checkpoint' || kind === 'weights' || files.size === 0;
    return [...(isCheckpoint ? [{ kind: 'folder', name, path: main, isSure: true } as const] : []), ...files.values()];
  } catch (error) {
    return [{ kind: 'problem', name, path: repo, error: toLensError(error) }];
  }
}

async function ggufsBelow(folder: string, nameOf: (stem: string) => string, depth = GGUF_DEPTH): Promise<readonly Sighting[]> {
  const entries = (await fs.readdir(folder, { withFileTypes: true })).slice(0, MAX_SNAPSHOT_ENTRIES).sort((a, b) => (a.name < b.name ? -1 : 1));
  const here = ggufSightings(folder, entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name), nameOf);
  const below: Sighting[] = [];
  if (depth > 0) for (const entry of entries) if (entry.isDirectory()) below.push(...(await ggufsBelow(join(folder, entry.name), nameOf, depth - 1)));
  return [...here, ...below];
}

/** The snapshots of a repository: that of refs/main first, if it was downloaded, then the newest first. */
async function snapshots(repo: string): Promise<readonly string[]> {
  const folder = join(repo, 'snapshots');
  const commit = await mainCommit(repo);
  const found: { readonly path: string; readonly isMain: boolean; readonly time: number }[] = [];
  try {
    for (const name of (await fs.readdir(folder)).sort()) {
      const path = join(folder, name);
      const stat = await fs.stat(path);
      if (stat.isDirectory()) found.push({ path, isMain: name === commit, time: stat.mtimeMs });
    }
  } catch (error) {
    if (!isMissing(error)) throw unreadable(error, folder);
  }
  return found.sort((a, b) => Number(b.isMain) - Number(a.isMain) || b.time - a.time).map(({ path }) => path);
}

async function mainCommit(repo: string): Promise<string | undefined> {
  const path = join(repo, 'refs', 'main');
  try {
    const commit = (await readSmallText(path, MAX_REF_BYTES, 'E_UNREADABLE')).trim();
    if (/^[A-Za-z0-9_-][A-Za-z0-9_.-]*$/.test(commit)) return commit;
    throw new LensError('E_PATH', `${path} does not hold a commit id.`, 'Remove the folder and fetch the model again.');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

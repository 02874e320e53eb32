import { promises as fs } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LensError } from '../base/errors.js';
import { isMissing, readSmallText, unreadable } from './files.js';

/**
 * A repository in Hugging Face's cache: models--ORG--NAME/{refs/main, blobs/<oid>, snapshots/<commit>/<file>}, where
 * snapshot files are links to blobs or real files.
 */
const PREFIX = 'models--';
/** refs/main holds one commit id. */
const MAX_REF_BYTES = 1024;

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
  const snapshots = join(repo, 'snapshots');
  const commit = await mainCommit(repo);
  if (commit !== undefined) {
    const folder = join(snapshots, commit);
    if (await isFolder(folder)) return folder;
  }
  const newest = await newestFolder(snapshots);
  if (newest !== undefined) return newest;
  throw new LensError('E_MODEL_NOT_FOUND', `${repo} holds no snapshot.`, 'Its download did not finish: fetch it again.');
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

async function newestFolder(snapshots: string): Promise<string | undefined> {
  let newest: { readonly folder: string; readonly time: number } | undefined;
  try {
    for (const name of (await fs.readdir(snapshots)).sort()) {
      const folder = join(snapshots, name);
      const stat = await fs.stat(folder);
      if (stat.isDirectory() && (newest === undefined || stat.mtimeMs > newest.time)) newest = { folder, time: stat.mtimeMs };
    }
  } catch (error) {
    if (!isMissing(error)) throw unreadable(error, snapshots);
  }
  return newest?.folder;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await fs.stat(path)).isDirectory();
  } catch (error) {
    if (isMissing(error)) return false;
    throw unreadable(error, path);
  }
}

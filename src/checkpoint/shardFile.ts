import type { FileHandle } from 'node:fs/promises';
import { LensError } from '../base/errors.js';
import { isMissing, openFile } from './files.js';

/**
 * Opens a file of weights, of any format.
 * @throws E_SHARD_MISSING, E_UNREADABLE
 */
export async function openShard(path: string): Promise<{ readonly handle: FileHandle; readonly size: number }> {
  try {
    return await openFile(path);
  } catch (error) {
    throw isMissing(error) ? new LensError('E_SHARD_MISSING', `${path} is missing.`, 'The download is incomplete: fetch the checkpoint again.', { cause: error }) : error;
  }
}

export function closedError(path: string): LensError {
  return new LensError('E_UNREADABLE', `${path} was closed.`, 'Open the checkpoint again.');
}

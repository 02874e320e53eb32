import { isUtf8 } from 'node:buffer';
import { constants, promises as fs } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { LensError, type ErrorCode } from '../base/errors.js';

/** The most bytes asked of the operating system in one read: larger reads fail or stall on some file systems. */
export const MAX_READ_BYTES = 64 * 1024 * 1024;

/** Git LFS leaves a small text file in the place of a large one that was not downloaded; it begins with this word. */
const LFS_POINTER_START = 'version ';

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** True for errors that mean "nothing is there" (a path with a NUL character can't exist either). */
export function isMissing(error: unknown): boolean {
  const code = systemCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ERR_INVALID_ARG_VALUE' || code === 'ENAMETOOLONG';
}

/** A failed file operation as E_UNREADABLE, naming the file; a LensError as it is. */
export function unreadable(error: unknown, path: string): LensError {
  if (error instanceof LensError) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new LensError('E_UNREADABLE', `${path} can't be read: ${why}.`, 'Check that it is a file you may read.', { cause: error });
}

/**
 * Opens an ordinary file for reading. A folder, pipe or device is refused before it is opened: opening a pipe can hang.
 * @throws the file system's error when nothing is there (see isMissing), E_UNREADABLE otherwise
 */
export async function openFile(path: string): Promise<{ readonly handle: FileHandle; readonly size: number }> {
  try {
    const before = await fs.stat(path);
    if (!before.isFile()) throw new LensError('E_UNREADABLE', `${path} is not a file.`);
    const handle = await fs.open(path, constants.O_RDONLY);
    try {
      return { handle, size: (await handle.stat()).size };
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (error) {
    if (isMissing(error)) throw error;
    throw unreadable(error, path);
  }
}

/** What bytes are read from: a FileHandle, or memory in tests. */
export interface ByteSource {
  read(target: Uint8Array, offset: number, length: number, position: number): Promise<{ readonly bytesRead: number }>;
}

/**
 * Fills `target` with the bytes from `position` on, at most MAX_READ_BYTES at a time.
 * @throws E_UNREADABLE when the file is shorter than that, or reading fails
 */
export async function readFully(source: ByteSource, path: string, target: Uint8Array, position: number): Promise<void> {
  try {
    for (let done = 0; done < target.byteLength; ) {
      const length = Math.min(target.byteLength - done, MAX_READ_BYTES);
      const { bytesRead } = await source.read(target, done, length, position + done);
      if (bytesRead === 0) throw new LensError('E_UNREADABLE', `${path} became shorter while it was read.`, 'Was it replaced? Open it again.');
      done += bytesRead;
    }
  } catch (error) {
    throw unreadable(error, path);
  }
}

/**
 * A small text file as a whole, UTF-8; a byte order mark is dropped.
 * @param limit bytes
 * @throws `invalid` when it is larger or not UTF-8, E_UNREADABLE, and the file system's error when nothing is there
 */
export async function readSmallText(path: string, limit: number, invalid: ErrorCode): Promise<string> {
  return (await readSmallBytes(path, limit, invalid)).toString('utf8');
}

/** The same as its bytes. */
export async function readSmallBytes(path: string, limit: number, invalid: ErrorCode): Promise<Buffer> {
  const { handle, size } = await openFile(path);
  try {
    if (size > limit) throw new LensError(invalid, `${path} is ${size} bytes; the limit is ${limit}.`, 'Is it the right file?');
    const bytes = Buffer.alloc(size);
    await readFully(handle, path, bytes, 0);
    if (!isUtf8(bytes)) throw new LensError(invalid, `${path} is not UTF-8 text.`);
    return bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK) ? bytes.subarray(BYTE_ORDER_MARK.length) : bytes;
  } finally {
    await handle.close();
  }
}

/** Strict UTF-8, a byte order mark kept; undefined for anything else. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** What to do about a file whose first bytes make no sense: often it is a Git LFS pointer. */
export function damageHint(firstBytes: Uint8Array): string {
  return decodeUtf8(firstBytes)?.startsWith(LFS_POINTER_START) === true
    ? 'It is a Git LFS pointer, not the weights: run "git lfs pull" in its folder.'
    : 'The file is damaged or its download is incomplete: fetch it again.';
}

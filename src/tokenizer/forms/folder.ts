import { join } from 'node:path';
import { LensError } from '../../base/errors.js';
import { isMissing, openFile, readFully, readSmallText } from '../../checkpoint/files.js';
import { asObject, invalid, type Json } from '../json.js';

/** The largest released tokenizer.json has 35 MB (262,144 tokens); V8 cannot hold more than 512 MB in one string. */
export const MAX_TOKENIZER_BYTES = 256 * 2 ** 20;
/** Enough to see past line ends. */
const END_BYTES = 64;

/** The text of a file beside the weights; undefined if there is none. Throws E_TOKENIZER_INVALID (too large, not UTF-8) or E_UNREADABLE. */
export async function readText(folder: string, name: string): Promise<string | undefined> {
  return orMissing(readSmallText(join(folder, name), MAX_TOKENIZER_BYTES, 'E_TOKENIZER_INVALID'));
}

/** The bytes of a file beside the weights; undefined if there is none. Throws E_TOKENIZER_INVALID (too large) or E_UNREADABLE. */
export async function readBytes(folder: string, name: string): Promise<Uint8Array | undefined> {
  const path = join(folder, name);
  const opened = await orMissing(openFile(path));
  if (opened === undefined) return undefined;
  const { handle, size } = opened;
  try {
    if (size > MAX_TOKENIZER_BYTES) throw new LensError('E_TOKENIZER_INVALID', `${path} has ${size} bytes, more than any tokenizer.`, `At most ${MAX_TOKENIZER_BYTES} bytes are read.`);
    const bytes = new Uint8Array(size);
    await readFully(handle, path, bytes, 0);
    return bytes;
  } finally {
    await handle.close();
  }
}

/** The size of a file beside the weights, and the bytes that it begins and ends with; undefined if there is none. Throws E_UNREADABLE. */
export async function readEnds(folder: string, name: string): Promise<{ readonly size: number; readonly first: string; readonly last: string } | undefined> {
  const path = join(folder, name);
  const opened = await orMissing(openFile(path));
  if (opened === undefined) return undefined;
  const { handle, size } = opened;
  try {
    const [first, last] = [Buffer.alloc(Math.min(size, END_BYTES)), Buffer.alloc(Math.min(size, END_BYTES))];
    await readFully(handle, path, first, 0);
    await readFully(handle, path, last, size - last.length);
    return { size, first: first.toString('latin1'), last: last.toString('latin1') };
  } finally {
    await handle.close();
  }
}

/** An object in a JSON file beside the weights; undefined if there is no such file. Throws E_TOKENIZER_INVALID or E_UNREADABLE. */
export async function readJson(folder: string, name: string): Promise<Json | undefined> {
  const text = await readText(folder, name);
  return text === undefined ? undefined : parseJson(text, name);
}

/** @param name of the file, for messages */
export function parseJson(text: string, name: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw notJson(name, cause);
  }
  return asObject(value, name);
}

export function notJson(name: string, cause?: unknown): LensError {
  return new LensError('E_TOKENIZER_INVALID', `${name} is not JSON.`, 'It may be cut short, or a pointer to a large file: download it again.', { cause });
}

/** Bytes as UTF-8 text. Throws E_TOKENIZER_INVALID. */
export function asUtf8(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw invalid(where, 'is not UTF-8');
  }
}

async function orMissing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

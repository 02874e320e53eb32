import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { LensError } from '../base/errors.js';
import { MAX_TEXT } from '../engine/session.js';
import { UsageError } from './arguments.js';

/** UTF-8 takes at most 3 bytes for a UTF-16 code unit: a longer input can't be a text that may be run. */
const MAX_BYTES = 3 * MAX_TEXT;

/** Reads to the end or to the limit, whichever comes first: pipes and devices have no size to go by. */
async function readAll(stream: Readable, name: string): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    chunks.push(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_BYTES) throw new LensError('E_TEXT_TOO_LONG', `${name} has more than ${MAX_TEXT} characters.`, 'Give a part of it.');
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.concat(chunks));
}

async function readTextFile(path: string): Promise<string> {
  try {
    return await readAll(createReadStream(path), path);
  } catch (error) {
    if (error instanceof LensError) throw error;
    const isFolder = error instanceof Error && 'code' in error && error.code === 'EISDIR';
    throw new LensError('E_UNREADABLE', isFolder ? `${path} is a folder, not a text file.` : `The text file ${path} can't be read.`, 'Name a file, or use --text.', { cause: error });
  }
}

/** The text of a command: `--text S`, a file, or `-` for the standard input; taken as it is, byte order mark included. */
export async function readText(text: string | undefined, positionals: readonly string[]): Promise<string> {
  const [source, ...more] = positionals;
  if (more.length > 0) throw new UsageError(`one text at a time: "${more.join(' ')}" is one too many`);
  if (text !== undefined && source !== undefined) throw new UsageError('give either --text or a file, not both');
  if (text !== undefined) return text;
  if (source === undefined) throw new UsageError('which text? Give --text "...", a file, or - for the standard input');
  return source === '-' ? readAll(process.stdin, 'The standard input') : readTextFile(source);
}

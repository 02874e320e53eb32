import { open } from 'node:fs/promises';
import { LensError } from '../base/errors.js';
import { MAX_TEXT } from '../engine/session.js';
import { UsageError } from './arguments.js';

/** UTF-8 takes at most 3 bytes for a UTF-16 code unit: a longer file can't be a text that may be run. */
const MAX_BYTES = 3 * MAX_TEXT;

const tooLong = (name: string): LensError => new LensError('E_TEXT_TOO_LONG', `${name} has more than ${MAX_TEXT} characters.`, 'Give a part of it.');
const decode = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin) {
    chunks.push(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_BYTES) throw tooLong('The standard input');
  }
  return decode(Buffer.concat(chunks));
}

async function readTextFile(path: string): Promise<string> {
  const file = await open(path).catch((error: unknown) => {
    throw new LensError('E_UNREADABLE', `The text file ${path} can't be opened.`, 'Check its path.', { cause: error });
  });
  try {
    const stat = await file.stat();
    if (stat.isDirectory()) throw new LensError('E_UNREADABLE', `${path} is a folder, not a text file.`, 'Name a file, or use --text.');
    if (stat.size > MAX_BYTES) throw tooLong(path);
    return decode(await file.readFile());
  } finally {
    await file.close();
  }
}

/** The text of a command: `--text S`, a file, or `-` for the standard input; taken as it is, byte order mark included. */
export async function readText(text: string | undefined, positionals: readonly string[]): Promise<string> {
  const [source, ...more] = positionals;
  if (more.length > 0) throw new UsageError(`one text at a time: "${more.join(' ')}" is one too many`);
  if (text !== undefined && source !== undefined) throw new UsageError('give either --text or a file, not both');
  if (text !== undefined) return text;
  if (source === undefined) throw new UsageError('which text? Give --text "...", a file, or - for the standard input');
  return source === '-' ? readStdin() : readTextFile(source);
}

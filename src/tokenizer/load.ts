import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LensError, toLensError } from '../base/errors.js';
import type { Tokenizer } from './encoding.js';
import { compileTokenizer } from './tokenizer.js';

/** The largest released tokenizer.json has 35 MB (262,144 tokens); V8 cannot hold more than 512 MB in one string. */
export const MAX_TOKENIZER_BYTES = 256 * 2 ** 20;

/** Other forms of a tokenizer, which a checkpoint may have instead. */
const OTHER_FORMS = ['tokenizer.model', 'vocab.json', 'merges.txt', 'tekken.json', 'tiktoken.model', 'vocab.txt'];

/**
 * The tokenizer of a checkpoint folder, from its tokenizer.json alone. tokenizer_config.json is not read: its settings
 * (add_bos_token, clean_up_tokenization_spaces, do_lower_case ...) belong to one or another Python class; the ids
 * asked for are those of tokenizer.json.
 *
 * Throws E_TOKENIZER_MISSING, E_TOKENIZER_INVALID (damaged, or of a kind that would give wrong ids) or E_UNREADABLE.
 */
export async function loadTokenizer(folder: string): Promise<Tokenizer> {
  const text = await readTokenizer(folder);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new LensError('E_TOKENIZER_INVALID', `tokenizer.json in ${folder} is not JSON.`, 'It may be cut short, or a pointer to a large file: download it again.', { cause });
  }
  return compileTokenizer(parsed);
}

async function readTokenizer(folder: string): Promise<string> {
  try {
    const file = await open(join(folder, 'tokenizer.json'));
    try {
      const { size } = await file.stat();
      if (size > MAX_TOKENIZER_BYTES) {
        throw new LensError('E_TOKENIZER_INVALID', `tokenizer.json in ${folder} has ${size} bytes, more than any tokenizer.`, `At most ${MAX_TOKENIZER_BYTES} bytes are read.`);
      }
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    const system = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
    if (system === 'ENOENT' || system === 'ENOTDIR') throw await missing(folder);
    throw toLensError(error);
  }
}

async function missing(folder: string): Promise<LensError> {
  const names = await readdir(folder).catch((): string[] => []);
  const other = OTHER_FORMS.find((name) => names.includes(name));
  const hint =
    other === undefined
      ? 'Copy tokenizer.json into the folder of the checkpoint.'
      : `${other} has to be converted: in Python, transformers.AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER).`;
  return new LensError('E_TOKENIZER_MISSING', `There is no tokenizer.json in ${folder}.`, hint);
}

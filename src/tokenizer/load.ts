import { readdir } from 'node:fs/promises';
import { LensError } from '../base/errors.js';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { isMissing, unreadable } from '../checkpoint/files.js';
import type { Tokenizer } from './encoding.js';
import { notJson, parseJson, readEnds, readText } from './forms/folder.js';
import { compileGguf } from './forms/gguf.js';
import { readSentencePieceFolder, SENTENCE_PIECE_NAME } from './forms/sentencePiece.js';
import { readTekkenFolder, TEKKEN_NAME } from './forms/tekken.js';
import { readTiktokenFolder, tiktokenName } from './forms/tiktoken.js';
import { compileTokenizer } from './forms/tokenizerJson.js';
import { MERGES_NAME, readVocabMergesFolder, VOCAB_NAME } from './forms/vocabMerges.js';

export { chatTemplate } from './forms/chatTemplate.js';

const TOKENIZER_JSON = 'tokenizer.json';

/** Reads one form of a tokenizer from a folder that has its files. */
type Reader = (folder: string, names: ReadonlySet<string>) => Promise<Tokenizer>;

/** The forms that a folder may have its tokenizer in, by their (largest) file; the first that is there is taken. */
const FORMS: readonly { readonly file: (names: ReadonlySet<string>) => string | undefined; readonly read: Reader }[] = [
  { file: (names) => (names.has(TOKENIZER_JSON) ? TOKENIZER_JSON : undefined), read: readTokenizerJson },
  { file: (names) => (names.has(SENTENCE_PIECE_NAME) ? SENTENCE_PIECE_NAME : undefined), read: readSentencePieceFolder },
  { file: (names) => (names.has(TEKKEN_NAME) ? TEKKEN_NAME : undefined), read: readTekkenFolder },
  { file: tiktokenName, read: readTiktokenFolder },
  { file: (names) => (names.has(VOCAB_NAME) && names.has(MERGES_NAME) ? VOCAB_NAME : undefined), read: readVocabMergesFolder },
];

/** Opened to be checked: pointers to large files, empty files, and the tokenizers of tiny models. Released ones have 0.5 to 35 MB. */
const SMALL_BYTES = 256 * 1024;

/** Whether a folder with these files has a tokenizer that can be read (if it is in order). */
export function hasTokenizer(names: ReadonlySet<string>): boolean {
  return FORMS.some(({ file }) => file(names) !== undefined);
}

/**
 * What can be told of a folder's tokenizer in a moment: a small one is opened, of a large JSON file the first and the last character are looked
 * at. Throws what loadTokenizer throws.
 */
export async function glanceAtTokenizer(folder: string, names: ReadonlySet<string>): Promise<void> {
  const form = FORMS.find(({ file }) => file(names) !== undefined);
  const name = form?.file(names);
  const ends = name === undefined ? undefined : await readEnds(folder, name);
  if (form === undefined || name === undefined || ends === undefined) return;
  if (ends.size <= SMALL_BYTES) await form.read(folder, names);
  else if (name.endsWith('.json') && !(ends.first.trimStart().startsWith('{') && ends.last.trimEnd().endsWith('}'))) throw notJson(`${name} in ${folder}`);
}

/**
 * The tokenizer of a checkpoint.
 * Throws E_TOKENIZER_MISSING, E_TOKENIZER_INVALID (damaged, or of a kind that would give wrong ids) or E_UNREADABLE.
 */
export async function loadTokenizer({ format, path, config }: Pick<Checkpoint, 'format' | 'path' | 'config'>): Promise<Tokenizer> {
  if (format === 'gguf') return compileGguf(config, path);
  const names = await namesIn(path);
  const form = FORMS.find(({ file }) => file(names) !== undefined);
  if (form === undefined) throw new LensError('E_TOKENIZER_MISSING', `There is no tokenizer in ${path}.`, 'Copy the files of its tokenizer (tokenizer.json, or what the checkpoint came with) into the folder of the checkpoint.');
  return form.read(path, names);
}

/** What a folder holds; nothing if it is none. */
async function namesIn(folder: string): Promise<ReadonlySet<string>> {
  try {
    return new Set(await readdir(folder));
  } catch (error) {
    if (isMissing(error)) return new Set();
    throw unreadable(error, folder);
  }
}

/**
 * tokenizer.json alone: tokenizer_config.json is not read, as its settings (add_bos_token, clean_up_tokenization_spaces,
 * do_lower_case ...) belong to one or another Python class; the ids asked for are those of tokenizer.json.
 */
async function readTokenizerJson(folder: string): Promise<Tokenizer> {
  return compileTokenizer(parseJson((await readText(folder, TOKENIZER_JSON)) ?? '', `${TOKENIZER_JSON} in ${folder}`));
}

import { join } from 'node:path';
import { LensError } from '../base/errors.js';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { listNames } from '../checkpoint/checkpointFolder.js';
import { openFile, readFully } from '../checkpoint/files.js';
import { glanceAtTokenizer, hasTokenizer } from '../tokenizer/load.js';
import { SENTENCE_PIECE_NAME } from '../tokenizer/forms/sentencePiece.js';
import { TEKKEN_NAME } from '../tokenizer/forms/tekken.js';
import { tiktokenName } from '../tokenizer/forms/tiktoken.js';
import type { ModelFacts } from '../trace/modelFacts.js';

/** What stands before the vocabulary in a tokenizer.json, where its kind is named: some KB, with thousands of added tokens some 100 KB. */
const KIND_BYTES = 512 * 1024;
/** A tokenizer_config.json lists added tokens before the template: those of the largest vocabularies take some MB. */
const CONFIG_BYTES = 8 * 1024 * 1024;

/** @throws E_TOKENIZER_MISSING, and what a glance at it tells (tokenizer/load.ts) */
export async function checkTokenizer({ format, config, path }: Checkpoint): Promise<void> {
  if (format === 'gguf') {
    if (typeof config['tokenizer.ggml.model'] === 'string') return;
    throw new LensError('E_TOKENIZER_MISSING', `${path} has no tokenizer.`, 'Convert the model again with a current llama.cpp, or get another file of it.');
  }
  const names = await listNames(path);
  if (!hasTokenizer(names)) throw new LensError('E_TOKENIZER_MISSING', 'There is no tokenizer beside the weights.', 'Fetch it from where the checkpoint came from.');
  await glanceAtTokenizer(path, names);
}

/**
 * The kind of the tokenizer, null where there is none, and whether there is a chat template. Neither is read whole.
 * @throws what a glance at it tells (tokenizer/load.ts)
 */
export async function tokenizerFacts({ format, config, path }: Checkpoint): Promise<Pick<ModelFacts, 'tokenizer' | 'chatTemplate'>> {
  if (format === 'gguf') {
    const kind = config['tokenizer.ggml.model'];
    return { tokenizer: typeof kind === 'string' ? (GGML_KINDS[kind] ?? kind.slice(0, 40)) : null, chatTemplate: 'tokenizer.chat_template' in config };
  }
  const names = await listNames(path);
  await glanceAtTokenizer(path, names);
  return { tokenizer: await kindOf(path, names), chatTemplate: await hasChatTemplate(path, names) };
}

/** What `tokenizer.ggml.model` calls them. Source: llama.cpp, llama-vocab.cpp. */
const GGML_KINDS: Readonly<Record<string, string>> = { gpt2: 'byte-level BPE', llama: 'SentencePiece', bert: 'WordPiece', t5: 'Unigram' };

/** In the order in which they are taken (tokenizer/load.ts). */
async function kindOf(folder: string, names: ReadonlySet<string>): Promise<string | null> {
  if (names.has('tokenizer.json')) return /"model"\s*:\s*\{\s*"type"\s*:\s*"(\w{1,40})"/.exec(await startOf(join(folder, 'tokenizer.json'), KIND_BYTES))?.[1] ?? 'tokenizer.json';
  if (names.has(SENTENCE_PIECE_NAME)) return 'SentencePiece';
  if (names.has(TEKKEN_NAME) || tiktokenName(names) !== undefined) return 'tiktoken';
  return hasTokenizer(names) ? 'byte-level BPE' : null; // vocab.json and merges.txt
}

async function hasChatTemplate(folder: string, names: ReadonlySet<string>): Promise<boolean> {
  return names.has('chat_template.jinja') || names.has('chat_template.json') || /"chat_template"\s*:\s*["[]/.test(await startOf(join(folder, 'tokenizer_config.json'), CONFIG_BYTES));
}

/**
 * The first `limit` bytes of a text file; empty where there is none that can be read: what opens the tokenizer for a run says why. Quotes inside of
 * JSON texts are escaped, so that a pattern with quotes meets keys only.
 */
async function startOf(path: string, limit: number): Promise<string> {
  const file = await openFile(path).catch(() => undefined);
  if (file === undefined) return '';
  const { handle, size } = file;
  try {
    const bytes = Buffer.alloc(Math.min(size, limit));
    await readFully(handle, path, bytes, 0);
    return bytes.toString('latin1');
  } catch {
    return '';
  } finally {
    await handle.close();
  }
}

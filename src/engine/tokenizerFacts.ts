import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { LensError } from '../base/errors.js';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { listNames } from '../checkpoint/checkpointFolder.js';
import type { ModelFacts } from '../trace/modelFacts.js';

/** What stands before the vocabulary in a tokenizer.json, where its kind is named: some KB, with thousands of added tokens some 100 KB. */
const KIND_BYTES = 512 * 1024;

/** @throws E_TOKENIZER_MISSING */
export async function checkTokenizer({ format, config, path }: Checkpoint): Promise<void> {
  if (format === 'gguf' ? typeof config['tokenizer.ggml.model'] === 'string' : (await listNames(path)).has('tokenizer.json')) return;
  throw format === 'gguf'
    ? new LensError('E_TOKENIZER_MISSING', `${path} has no tokenizer.`, 'Convert the model again with a current llama.cpp, or get another file of it.')
    : new LensError('E_TOKENIZER_MISSING', 'There is no tokenizer.json beside the weights.', 'Fetch it from where the checkpoint came from.');
}

/** The kind of the tokenizer, and whether there is a chat template. Neither is read whole. */
export async function tokenizerFacts({ format, config, path }: Checkpoint): Promise<Pick<ModelFacts, 'tokenizer' | 'chatTemplate'>> {
  if (format === 'gguf') {
    const kind = config['tokenizer.ggml.model'];
    return { tokenizer: typeof kind === 'string' ? (GGML_KINDS[kind] ?? kind) : null, chatTemplate: typeof config['tokenizer.chat_template'] === 'string' };
  }
  return { tokenizer: await kindOf(path), chatTemplate: await hasChatTemplate(path) };
}

/** What `tokenizer.ggml.model` calls them. Source: llama.cpp, llama-vocab.cpp. */
const GGML_KINDS: Readonly<Record<string, string>> = { gpt2: 'byte-level BPE', llama: 'SentencePiece', bert: 'WordPiece', t5: 'Unigram' };

async function kindOf(folder: string): Promise<string | null> {
  return /"model"\s*:\s*\{\s*"type"\s*:\s*"(\w{1,40})"/.exec(await startOf(join(folder, 'tokenizer.json')))?.[1] ?? null;
}

async function hasChatTemplate(folder: string): Promise<boolean> {
  const names = await listNames(folder);
  return names.has('chat_template.jinja') || names.has('chat_template.json') || /"chat_template"\s*:\s*["[]/.test(await startOf(join(folder, 'tokenizer_config.json')));
}

/** The first part of a text file; empty where there is none. Quotes inside of JSON texts are escaped, so that a pattern with quotes meets keys only. */
async function startOf(path: string): Promise<string> {
  const file = await fs.open(path).catch(() => undefined);
  if (file === undefined) return '';
  try {
    const bytes = Buffer.alloc(KIND_BYTES);
    return bytes.toString('latin1', 0, (await file.read(bytes, 0, KIND_BYTES, 0)).bytesRead);
  } finally {
    await file.close();
  }
}

import { LensError } from '../../base/errors.js';
import { compileBpe } from '../models/bpe.js';
import { compileDisplay } from '../display.js';
import type { Tokenizer } from '../encoding.js';
import { readJson, readText } from './folder.js';
import { unsupported, type Json } from '../json.js';
import { namesOf } from '../models/model.js';
import { compileNormalizer } from '../normalize/normalize.js';
import { BYTES, GPT2, QWEN2, sequence, split } from './patterns.js';
import { buildTokenizer } from '../pipeline.js';
import { compilePreTokenizer } from '../split/preTokenize.js';
import { readSlowSettings } from './slowSettings.js';

export const VOCAB_NAME = 'vocab.json';
export const MERGES_NAME = 'merges.txt';

/** How a class that reads vocab.json and merges.txt splits a text. Source: tokenization_gpt2.py, tokenization_qwen2.py of transformers. */
const CLASSES: Readonly<Record<string, { readonly pattern: string; readonly nfc: boolean; readonly unknown: string }>> = {
  GPT2Tokenizer: { pattern: GPT2, nfc: false, unknown: '<|endoftext|>' },
  Qwen2Tokenizer: { pattern: QWEN2, nfc: true, unknown: '<|endoftext|>' },
};

/** The tokenizer of a folder with vocab.json and merges.txt. Throws E_TOKENIZER_INVALID (also where nothing says how it splits a text) or E_UNREADABLE. */
export async function readVocabMergesFolder(folder: string): Promise<Tokenizer> {
  const [vocab, merges] = [await readJson(folder, VOCAB_NAME), await readText(folder, MERGES_NAME)];
  if (vocab === undefined || merges === undefined) throw new LensError('E_TOKENIZER_MISSING', `${VOCAB_NAME} or ${MERGES_NAME} is gone from ${folder}.`);
  const settings = await readSlowSettings(folder);
  const { tokenizerClass } = settings;
  if (!Object.hasOwn(CLASSES, tokenizerClass)) {
    throw unsupported(`${VOCAB_NAME} of ${tokenizerClass === '' ? 'no named class (tokenizer_class in tokenizer_config.json)' : `the class ${tokenizerClass}`}`);
  }
  const { pattern, nfc, unknown } = CLASSES[tokenizerClass];
  const lines = merges.split(/\r?\n/).filter((line) => line !== '');
  const model = compileBpe({ vocab, merges: lines });
  const added = settings.added(model.vocabulary, [unknown]);
  const bos = settings.special('bos_token') ?? unknown;
  const bosId = added.find(({ content }) => content === bos)?.id;
  const spaceFirst = tokenizerClass === 'GPT2Tokenizer' && settings.flag('add_prefix_space', false);
  const words: readonly Json[] = spaceFirst ? [{ ...BYTES, add_prefix_space: true, use_regex: true }] : [split(pattern), BYTES];
  return buildTokenizer({
    names: namesOf(model.vocabulary),
    added,
    normalize: compileNormalizer(nfc ? { type: 'NFC' } : null),
    preTokenize: compilePreTokenizer(sequence(...words)),
    model,
    template: settings.flag('add_bos_token', false) && bosId !== undefined ? [bosId, 'text'] : ['text'],
    display: compileDisplay({ decoder: { type: 'ByteLevel' } }),
  });
}

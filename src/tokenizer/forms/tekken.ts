import { LensError } from '../../base/errors.js';
import type { Tokenizer } from '../encoding.js';
import { readJson } from './folder.js';
import { asArray, asId, asObject, asString, invalid } from '../json.js';
import { addToken, compileRanks, specialToken } from './tiktoken.js';

export const TEKKEN_NAME = 'tekken.json';

/** The ids that special tokens without a list have names for. Source: mistral-common, tokenizers/tekken.py. */
const USUAL_SPECIALS = ['<unk>', '<s>', '</s>'];

/**
 * Mistral's tekken.json: tiktoken's ranks after a block of special tokens, with the split pattern. BOS in front, as mistral-common
 * has it for a plain text. Throws E_TOKENIZER_INVALID or E_UNREADABLE.
 */
export async function readTekkenFolder(folder: string): Promise<Tokenizer> {
  const file = await readJson(folder, TEKKEN_NAME);
  if (file === undefined) throw new LensError('E_TOKENIZER_MISSING', `${TEKKEN_NAME} is gone from ${folder}.`);
  const config = asObject(file.config, `${TEKKEN_NAME}.config`);
  const specials = asId(config.default_num_special_tokens, `${TEKKEN_NAME}.config.default_num_special_tokens`);
  const size = asId(config.default_vocab_size, `${TEKKEN_NAME}.config.default_vocab_size`);
  const vocabulary = new Map<string, number>();
  for (const [i, entry] of asArray(file.vocab, `${TEKKEN_NAME}.vocab`).slice(0, Math.max(size - specials, 0)).entries()) {
    const where = `${TEKKEN_NAME}.vocab[${i}]`;
    const token = asObject(entry, where);
    if (token.rank !== i) throw invalid(where, 'is out of order');
    addToken(vocabulary, Buffer.from(asString(token.token_bytes, where), 'base64'), specials + i, where);
  }
  const listed = file.special_tokens === undefined || file.special_tokens === null
    ? USUAL_SPECIALS.map((content, id) => specialToken(content, id))
    : asArray(file.special_tokens, `${TEKKEN_NAME}.special_tokens`).map((entry, i) => {
        const where = `${TEKKEN_NAME}.special_tokens[${i}]`;
        const token = asObject(entry, where);
        return specialToken(asString(token.token_str, where), asId(token.rank, where));
      });
  const bos = listed.find(({ content }) => content === '<s>');
  const pattern = asString(config.pattern, `${TEKKEN_NAME}.config.pattern`);
  return compileRanks(vocabulary, { pattern }, listed.filter(({ content }) => content !== ''), bos === undefined ? ['text'] : [bos.id, 'text']);
}

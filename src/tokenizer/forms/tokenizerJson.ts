import { readAddedTokens } from '../addedTokens.js';
import { compileDisplay } from '../display.js';
import type { Tokenizer } from '../encoding.js';
import { compileBpe } from '../models/bpe.js';
import { asObject, asOptionalString, invalid } from '../json.js';
import { namesOf, type Model } from '../models/model.js';
import { compileNormalizer } from '../normalize/normalize.js';
import { buildTokenizer } from '../pipeline.js';
import { compileTemplate } from '../postProcess.js';
import { compilePreTokenizer } from '../split/preTokenize.js';
import { compileUnigram } from '../models/unigram.js';
import { compileWordLevel, compileWordPiece } from '../models/wordPiece.js';

/**
 * What a parsed tokenizer.json describes. The stages are our own, after the reference (Rust `tokenizers` 0.23), since the ones of
 * `@huggingface/tokenizers` keep no offsets and differ from it: no split behaviours but two, ASCII digits,
 * JavaScript's \s, Metaspace that never splits, ids of added tokens by name, settings of tokenizer_config.json that change
 * ids. From the library come the translation of split patterns (pattern.ts) and the path search of Unigram (unigram.ts).
 *
 * `truncation` and `padding` are not applied: a trace is of the whole text. Throws E_TOKENIZER_INVALID.
 */
export function compileTokenizer(parsed: unknown): Tokenizer {
  const file = asObject(parsed, 'tokenizer.json');
  const model = compileModel(file.model);
  return buildTokenizer({
    names: namesOf(model.vocabulary),
    added: readAddedTokens(file.added_tokens, model.vocabulary),
    normalize: compileNormalizer(file.normalizer),
    preTokenize: compilePreTokenizer(file.pre_tokenizer),
    model,
    template: compileTemplate(file.post_processor),
    display: compileDisplay(file),
  });
}

/** The `model` of tokenizer.json. Old files have no type: those with merges are BPE, those with a list of scores Unigram. */
function compileModel(value: unknown): Model {
  const model = asObject(value, 'model');
  const guess = model.merges !== undefined ? 'BPE' : Array.isArray(model.vocab) ? 'Unigram' : model.continuing_subword_prefix !== undefined ? 'WordPiece' : 'WordLevel';
  const type = asOptionalString(model.type, 'model.type') || guess;
  switch (type) {
    case 'BPE': return compileBpe(model);
    case 'Unigram': return compileUnigram(model);
    case 'WordPiece': return compileWordPiece(model);
    case 'WordLevel': return compileWordLevel(model);
    default: throw invalid('model.type', `names no known model: ${JSON.stringify(type)}`);
  }
}

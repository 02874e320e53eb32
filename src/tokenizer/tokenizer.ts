import { sourcePiece, TokenSpans } from './align.js';
import { readAddedTokens, tokenFinder } from './addedTokens.js';
import { compileDisplay } from './display.js';
import type { Encoding, Tokenizer } from './encoding.js';
import { compileBpe } from './bpe.js';
import { asObject, asOptionalString, invalid, unsupported } from './json.js';
import type { Model } from './model.js';
import { compileNormalizer } from './normalize.js';
import { applyTemplate, compileTemplate } from './postProcess.js';
import { compilePreTokenizer } from './preTokenize.js';
import { compileUnigram } from './unigram.js';

/**
 * The pipeline that a parsed tokenizer.json describes:
 *
 *     text -> added tokens -> normalizer -> added tokens, normalised -> pre-tokenizer -> model -> post-processor
 *
 * Every stage hands on pieces that know which UTF-16 units of the text they stand for (align.ts), so ids and
 * spans come out of one walk. The stages are our own, after the reference (Rust `tokenizers` 0.23), since the ones of
 * `@huggingface/tokenizers` keep no offsets and differ from it: no split behaviours but two, ASCII digits,
 * JavaScript's \s, Metaspace that never splits, ids of added tokens by name, settings of tokenizer_config.json that change
 * ids. From the library come the translation of split patterns (pattern.ts) and the path search of Unigram (unigram.ts).
 *
 * `truncation` and `padding` are not applied: a trace is of the whole text. Throws E_TOKENIZER_INVALID.
 */
export function compileTokenizer(parsed: unknown): Tokenizer {
  const file = asObject(parsed, 'tokenizer.json');
  const model = compileModel(file.model);
  const added = readAddedTokens(file.added_tokens, model.vocabulary);
  const normalize = compileNormalizer(file.normalizer);
  const preTokenize = compilePreTokenizer(file.pre_tokenizer);
  const template = compileTemplate(file.post_processor);
  const findInSource = tokenFinder(added.filter((token) => !token.normalized), undefined, sourcePiece);
  const findInNormalized = tokenFinder(added.filter((token) => token.normalized), normalize, sourcePiece);
  const display = compileDisplay(file);
  const names: string[] = [];
  for (const [token, id] of model.vocabulary) names[id] = token;
  const contents = new Map(added.map((token) => [token.id, token.content]));
  const idLimit = [...contents.keys(), ...template].reduce<number>((limit, id) => (id === 'text' ? limit : Math.max(limit, id + 1)), names.length);

  return {
    idLimit,
    decodeToken: (id) => contents.get(id) ?? (names[id] === undefined ? '\ufffd' : display(names[id])),
    encode(text: string): Encoding {
      const spans = new TokenSpans();
      for (const outer of findInSource(sourcePiece(text))) {
        if (outer.id >= 0) {
          spans.add(outer.id, outer.piece, 0, outer.piece.text.length);
          continue;
        }
        for (const inner of findInNormalized(normalize(outer.piece))) {
          if (inner.id >= 0) {
            spans.add(inner.id, inner.piece, 0, inner.piece.text.length);
            continue;
          }
          for (const word of preTokenize(inner.piece)) model.tokenize(word.text, (id, from, to) => spans.add(id, word, from, to));
        }
      }
      return applyTemplate(template, spans.finish(text.length));
    },
  };
}

/** The `model` of tokenizer.json. Old files have no type: those with merges are BPE, those with a list of scores Unigram. */
function compileModel(value: unknown): Model {
  const model = asObject(value, 'model');
  const guess = model.merges !== undefined ? 'BPE' : Array.isArray(model.vocab) ? 'Unigram' : 'WordLevel';
  const type = asOptionalString(model.type, 'model.type') || guess;
  switch (type) {
    case 'BPE': return compileBpe(model);
    case 'Unigram': return compileUnigram(model);
    case 'WordPiece': case 'WordLevel': throw unsupported(`a ${type} vocabulary`);
    default: throw invalid('model.type', `names no known model: ${JSON.stringify(type)}`);
  }
}

import { tokenFinder, type AddedToken } from './addedTokens.js';
import { sourcePiece, TokenSpans, type Normalizer } from './align.js';
import type { Display } from './display.js';
import type { Encoding, Tokenizer } from './encoding.js';
import type { Model } from './models/model.js';
import { applyTemplate, type Template } from './postProcess.js';
import type { PreTokenizer } from './split/preTokenize.js';

/** What every form of a tokenizer is translated into. */
export interface TokenizerParts {
  /** The tokens of the model by id; an id may be free. */
  readonly names: readonly (string | undefined)[];
  readonly added: readonly AddedToken[];
  readonly normalize: Normalizer;
  readonly preTokenize: PreTokenizer;
  readonly model: Pick<Model, 'tokenize'>;
  readonly template: Template;
  readonly display: Display;
}

/**
 * The one way from text to ids, whatever form the tokenizer has on disk:
 *
 *     text -> added tokens -> normalizer -> added tokens, normalised -> pre-tokenizer -> model -> special tokens
 *
 * Every stage hands on pieces that know which UTF-16 units of the text they stand for (align.ts), so ids and
 * spans come out of one walk.
 */
export function buildTokenizer(parts: TokenizerParts): Tokenizer {
  const { names, added, normalize, preTokenize, model, template, display } = parts;
  const findInSource = tokenFinder(added.filter((token) => !token.normalized), undefined, sourcePiece);
  const findInNormalized = tokenFinder(added.filter((token) => token.normalized), normalize, sourcePiece);
  const contents = new Map(added.map((token) => [token.id, token.content]));
  const idLimit = [...contents.keys(), ...template].reduce<number>((limit, id) => (id === 'text' ? limit : Math.max(limit, id + 1)), names.length);

  return {
    idLimit,
    decodeToken(id) {
      const content = contents.get(id);
      if (content !== undefined) return content;
      const name = names[id];
      return name === undefined ? '\ufffd' : display(name);
    },
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

import { PieceBuilder, prepend, slicePiece, type Normalizer, type Piece } from '../align.js';
import { bertNormalizer, nmt, stripAccents } from './bertNormalize.js';
import { toByteCharacters } from '../byteLevel.js';
import { isSpace, lowercase } from '../characters.js';
import { asFlag, asString, flatten, invalid, type Json } from '../json.js';
import { compilePattern, type Matcher } from '../split/pattern.js';
import { precompiled } from './precompiled.js';
import { toUnicodeForm } from './unicodeForm.js';

/** The `normalizer` of tokenizer.json; null is the identity. */
export function compileNormalizer(value: unknown): Normalizer {
  const steps = flatten(value, 'normalizers', 'normalizer').map(compileStep);
  return (piece) => steps.reduce((text, step) => step(text), piece);
}

function compileStep(step: Json): Normalizer {
  const type = asString(step.type, 'normalizer.type');
  switch (type) {
    case 'NFC': case 'NFD': case 'NFKC': case 'NFKD': return (piece) => toUnicodeForm(piece, type);
    case 'Lowercase': return lowercase;
    case 'ByteLevel': return toByteCharacters;
    case 'Prepend': {
      const prefix = asString(step.prepend, 'normalizer.prepend');
      return (piece) => prepend(piece, prefix);
    }
    case 'Replace': {
      const matcher = compilePattern(step.pattern, 'normalizer.pattern');
      const content = asString(step.content, 'normalizer.content');
      return (piece) => replaceMatches(piece, matcher, content);
    }
    case 'Strip': {
      const left = asFlag(step.strip_left, 'normalizer.strip_left', false);
      const right = asFlag(step.strip_right, 'normalizer.strip_right', false);
      return (piece) => strip(piece, left, right);
    }
    case 'Precompiled': return precompiled(step);
    case 'BertNormalizer': return bertNormalizer(step);
    case 'StripAccents': return stripAccents;
    case 'Nmt': return nmt;
    default: throw invalid('normalizer.type', `names no known normalizer: ${JSON.stringify(type)}`);
  }
}

/** Every match becomes `content`, which stands, as in the reference, for the last character of the match; what is before goes to the token before. */
export function replaceMatches(piece: Piece, matcher: Matcher, content: string): Piece {
  const matches = matcher(piece.text);
  if (matches.length === 0) return piece;
  const { starts, ends } = piece;
  const out = new PieceBuilder();
  let done = 0;
  for (let m = 0; m < matches.length; m += 2) {
    const from = matches[m];
    const to = matches[m + 1];
    out.copy(piece, done, from);
    out.add(content, starts[to - 1] ?? 0, ends[to - 1] ?? 0);
    done = to;
  }
  out.copy(piece, done, piece.text.length);
  return out.build();
}

function strip(piece: Piece, left: boolean, right: boolean): Piece {
  let from = 0;
  let to = piece.text.length;
  if (left) while (from < to && isSpace(piece.text[from])) from++;
  if (right) while (to > from && isSpace(piece.text[to - 1])) to--;
  return slicePiece(piece, from, to);
}

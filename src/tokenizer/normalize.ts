import { PieceBuilder, prepend, slicePiece, type Piece } from './align.js';
import { toByteCharacters } from './byteLevel.js';
import { asFlag, asString, flatten, invalid, unsupported, type Json } from './json.js';
import { compilePattern, type Matcher } from './pattern.js';
import { toUnicodeForm } from './unicodeForm.js';

/** Changes the text before it is split; applied to each stretch between added tokens. */
export type Normalizer = (piece: Piece) => Piece;

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
    case 'Precompiled': case 'Nmt': case 'BertNormalizer': case 'StripAccents': throw unsupported(`the normalizer ${type}`);
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

/** Character by character, so without the rule for a final sigma, as in the reference. */
function lowercase(piece: Piece): Piece {
  const { text, starts, ends } = piece;
  if (text.toLowerCase() === text) return piece;
  const out = new PieceBuilder();
  let unit = 0;
  for (const character of text) {
    out.add(character.toLowerCase(), starts[unit], ends[unit]);
    unit += character.length;
  }
  return out.build();
}

const SPACE = /\p{White_Space}/u;

export function isSpace(unit: string): boolean {
  return SPACE.test(unit);
}

function strip(piece: Piece, left: boolean, right: boolean): Piece {
  let from = 0;
  let to = piece.text.length;
  if (left) while (from < to && isSpace(piece.text[from])) from++;
  if (right) while (to > from && isSpace(piece.text[to - 1])) to--;
  return slicePiece(piece, from, to);
}

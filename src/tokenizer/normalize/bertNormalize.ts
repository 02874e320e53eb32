import { PieceBuilder, type Normalizer, type Piece } from '../align.js';
import { isSpace, lowercase } from '../characters.js';
import { asFlag, type Json } from '../json.js';
import { toUnicodeForm } from './unicodeForm.js';
import { ALSO_MARKS, ALSO_NONSPACING, ALSO_OTHER, NOT_MARKS, NOT_NONSPACING, NOT_OTHER } from './unicodeTables.js';

const OTHER = new RegExp(`(?![${NOT_OTHER}])[\\p{Cc}\\p{Cf}\\p{Co}${ALSO_OTHER}]`, 'u');
const NONSPACING = new RegExp(`(?![${NOT_NONSPACING}])[\\p{Mn}${ALSO_NONSPACING}]`, 'u');
const MARK = new RegExp(`(?![${NOT_MARKS}])[\\p{M}${ALSO_MARKS}]`, 'u');
/** The blocks that the reference counts as Chinese; one of them begins at 2B920, not at 2B820. */
const CHINESE = /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{2a6df}\u{2a700}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/u;
const NMT_REMOVED = /[\x01-\x08\x0b\x0e-\x1f\x7f\x8f\x9f]/;
const NMT_SPACES = /[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/;

/** `BertNormalizer` of tokenizer.json. Source: normalizers/bert.rs of the reference. */
export function bertNormalizer(step: Json): Normalizer {
  const flag = (name: string, fallback: boolean): boolean => asFlag(step[name], `normalizer.${name}`, fallback);
  const lower = flag('lowercase', true);
  const steps: Normalizer[] = [];
  if (flag('clean_text', true)) steps.push((piece) => eachCharacter(piece, clean));
  if (flag('handle_chinese_chars', true)) steps.push((piece) => eachCharacter(piece, (c) => (CHINESE.test(c) ? ` ${c} ` : c)));
  if (flag('strip_accents', lower)) steps.push((piece) => eachCharacter(toUnicodeForm(piece, 'NFD'), (c) => (NONSPACING.test(c) ? '' : c)));
  if (lower) steps.push(lowercase);
  return (piece) => steps.reduce((text, apply) => apply(text), piece);
}

/** `StripAccents` of tokenizer.json. Source: normalizers/strip.rs. */
export function stripAccents(piece: Piece): Piece {
  return eachCharacter(piece, (c) => (MARK.test(c) ? '' : c));
}

/** `Nmt` of tokenizer.json. Source: normalizers/unicode.rs. */
export function nmt(piece: Piece): Piece {
  return eachCharacter(piece, (c) => (NMT_REMOVED.test(c) ? '' : NMT_SPACES.test(c) ? ' ' : c));
}

function clean(c: string): string {
  if (c === '\t' || c === '\n' || c === '\r') return ' ';
  if (c === '\0' || c === '\ufffd' || OTHER.test(c)) return '';
  return isSpace(c) ? ' ' : c;
}

/** What a character becomes stands for the character. */
function eachCharacter(piece: Piece, becomes: (character: string) => string): Piece {
  const out = new PieceBuilder();
  let unit = 0;
  for (const character of piece.text) {
    out.add(becomes(character), piece.starts[unit], piece.ends[unit]);
    unit += character.length;
  }
  return out.build();
}

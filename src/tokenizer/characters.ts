import { PieceBuilder, type Piece } from './align.js';

const SPACE = /\p{White_Space}/u;

export function isSpace(unit: string): boolean {
  return SPACE.test(unit);
}

/** Character by character, so without the rule for a final sigma, as in the reference. */
export function lowercase(piece: Piece): Piece {
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

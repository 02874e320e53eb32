import { PieceBuilder, type Piece } from './align.js';

/** The visible character that stands for each byte in a byte-level vocabulary (GPT-2's `bytes_to_unicode`). */
export const BYTE_CHARACTERS: readonly string[] = byteCharacters();

const BYTE_OF: ReadonlyMap<string, number> = new Map(BYTE_CHARACTERS.map((character, byte) => [character, byte]));

const ASCII = /^[\0-\x7f]*$/;
/** ASCII characters that do not stand for themselves. */
const HIDDEN_ASCII = /[\0-\x20\x7f]/g;

function byteCharacters(): string[] {
  const visible = (b: number): boolean => (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || (b >= 174 && b <= 255);
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(visible(byte) ? byte : next++));
}

/** A text as byte characters; every byte of a character stands for the whole of it. */
export function toByteCharacters(piece: Piece): Piece {
  const { text, starts, ends } = piece;
  if (ASCII.test(text)) return { text: text.replace(HIDDEN_ASCII, (c) => BYTE_CHARACTERS[c.charCodeAt(0)]), starts, ends };
  const out = new PieceBuilder();
  for (let i = 0; i < text.length; i++) {
    const at = i;
    const codePoint = text.codePointAt(i) ?? 0;
    if (codePoint > 0xffff) i++;
    out.add(utf8Characters(codePoint), starts[at], ends[i]);
  }
  return out.build();
}

function utf8Characters(c: number): string {
  const b = BYTE_CHARACTERS;
  const tail = (shift: number): string => b[0x80 | ((c >> shift) & 0x3f)];
  if (c < 0x80) return b[c];
  if (c < 0x800) return b[0xc0 | (c >> 6)] + tail(0);
  if (c < 0x10000) return b[0xe0 | (c >> 12)] + tail(6) + tail(0);
  return b[0xf0 | (c >> 18)] + tail(12) + tail(6) + tail(0);
}

/** The bytes that a byte-level token stands for; undefined if it is not made of byte characters. */
export function fromByteCharacters(token: string): Uint8Array | undefined {
  const bytes = new Uint8Array(token.length);
  for (let i = 0; i < token.length; i++) {
    const byte = BYTE_OF.get(token[i]);
    if (byte === undefined) return undefined;
    bytes[i] = byte;
  }
  return bytes;
}

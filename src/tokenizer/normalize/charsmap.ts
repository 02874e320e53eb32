import { invalid } from '../json.js';

/** What a prefix of a text becomes. */
export interface CharsmapRule {
  /** Where the prefix ends, in UTF-16 units. */
  readonly to: number;
  readonly becomes: string;
}

const HEADER_BYTES = 4;
const UNIT_BYTES = 4;

/**
 * SentencePiece's `precompiled_charsmap`: rules from text to text (a form of NFKC, mostly) as a double-array trie over UTF-8
 * bytes, then the results, each ended by a zero byte. A unit of the trie has its label in bits 0-7 and 31, "a rule ends
 * below" in bit 8, the offset of its children in bits 10-30 (times 256 if bit 9 is set); a leaf has the place of its result.
 * Source: normalizer.cc (DecodePrecompiledCharsMap) and third_party/darts_clone/darts.h of sentencepiece.
 */
export class Charsmap {
  private readonly units: Uint32Array;
  private readonly results: Uint8Array;
  private readonly known = new Map<number, string>();

  /** Throws E_TOKENIZER_INVALID. `where` names the place of the bytes in the file. */
  constructor(bytes: Uint8Array, private readonly where: string) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const trieBytes = bytes.length <= HEADER_BYTES ? 0 : view.getUint32(0, true);
    if (trieBytes === 0 || trieBytes % UNIT_BYTES !== 0 || trieBytes >= bytes.length - HEADER_BYTES) throw invalid(where, 'has a length that does not fit');
    this.units = Uint32Array.from({ length: trieBytes / UNIT_BYTES }, (_, i) => view.getUint32(HEADER_BYTES + i * UNIT_BYTES, true));
    this.results = bytes.subarray(HEADER_BYTES + trieBytes);
  }

  /** The rule for the longest prefix of text[from...] that has one; with `shortest`, for the shortest. */
  find(text: string, from: number, shortest = false): CharsmapRule | undefined {
    const { units } = this;
    let node = childrenOf(units[0]);
    let hit: { to: number; value: number } | undefined;
    for (let to = from; to < text.length; ) {
      const codePoint = text.codePointAt(to) ?? 0;
      if (codePoint === 0) break; // no rule holds it, and free units look like it
      to += codePoint > 0xffff ? 2 : 1;
      const unit = this.step(node, codePoint);
      if (unit < 0) break;
      node = unit ^ childrenOf(units[unit]);
      if ((units[unit] & 0x100) === 0) continue;
      const leaf = units[node];
      if (leaf === undefined) throw invalid(this.where, 'points outside itself');
      hit = { to, value: leaf & 0x7fffffff };
      if (shortest) break;
    }
    return hit === undefined ? undefined : { to: hit.to, becomes: this.result(hit.value) };
  }

  /** The unit that the bytes of a character lead to from the children at `node`, -1 if there is none. */
  private step(node: number, codePoint: number): number {
    let unit = -1;
    for (let shift = codePoint < 0x80 ? 0 : codePoint < 0x800 ? 6 : codePoint < 0x10000 ? 12 : 18, first = true; shift >= 0; shift -= 6, first = false) {
      const byte = first ? firstByte(codePoint) : 0x80 | ((codePoint >> shift) & 0x3f);
      unit = (first ? node : unit ^ childrenOf(this.units[unit])) ^ byte;
      const value = this.units[unit];
      if (value === undefined || (value & 0x800000ff) !== byte) return -1;
    }
    return unit;
  }

  private result(value: number): string {
    const known = this.known.get(value);
    if (known !== undefined) return known;
    const end = this.results.indexOf(0, value);
    if (value >= this.results.length || end < 0) throw invalid(this.where, 'points outside itself');
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.results.subarray(value, end));
    this.known.set(value, text);
    return text;
  }
}

function childrenOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}

function firstByte(codePoint: number): number {
  if (codePoint < 0x80) return codePoint;
  if (codePoint < 0x800) return 0xc0 | (codePoint >> 6);
  return codePoint < 0x10000 ? 0xe0 | (codePoint >> 12) : 0xf0 | (codePoint >> 18);
}

/** Token ids and where each came from. All arrays have one entry per token. */
export interface Encoding {
  readonly ids: Int32Array;
  /** UTF-16 offsets into the text as given, [start, end); empty (start == end == 0) for what the text does not hold. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

export interface Tokenizer {
  /** Special tokens of the post-processor included. Throws E_TOKENIZER_INVALID if the ids can't be aligned with the text. */
  encode(text: string): Encoding;
  /** One token as readable text: "\ufffd" for a part of a character. */
  decodeToken(id: number): string;
  /** One more than the largest id, added tokens included. */
  readonly idLimit: number;
}

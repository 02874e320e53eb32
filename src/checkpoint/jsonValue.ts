import type { JsonObject } from './checkpoint.js';

/** The most characters of a value from a file that a message shows: a name can be as long as the file. */
const MAX_QUOTED = 120;

/** A value from a file as it may appear in a message: JSON on one line, cut when long. */
export function quote(value: unknown): string {
  let text: string;
  try {
    text = JSON.stringify(value) ?? 'nothing';
  } catch {
    return 'a value nested too deep to show'; // JSON.parse is not recursive, JSON.stringify is
  }
  return text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED - 3)}...` : text;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A whole number from 0 to 2^53 - 1: a size or an offset that arithmetic keeps exact. */
export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

import { LensError } from '../base/errors.js';
import type { JsonObject } from './checkpoint.js';
import { isMissing, readSmallText } from './files.js';
import { isJsonObject, quote } from './jsonValue.js';

export const CONFIG_NAME = 'config.json';
/** Real config files have a few KB; those that list quantised layers one by one, some 100 KB. */
export const MAX_CONFIG_BYTES = 4 * 1024 * 1024;

/** @throws E_CONFIG_MISSING, E_CONFIG_INVALID (too large, not JSON, not an object), E_UNREADABLE */
export async function readConfig(path: string): Promise<JsonObject> {
  let text: string;
  try {
    text = await readSmallText(path, MAX_CONFIG_BYTES, 'E_CONFIG_INVALID');
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new LensError('E_CONFIG_MISSING', `There is no ${path}.`, 'Choose the folder that holds config.json, the weights and the tokenizer.', { cause: error });
  }
  return parseConfig(text, path);
}

export function parseConfig(text: string, path: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new LensError('E_CONFIG_INVALID', `${path} is not valid JSON: ${whyNot(text, error)}.`, 'Correct it, or fetch it again.', { cause: error });
  }
  if (isJsonObject(value)) return value;
  throw new LensError('E_CONFIG_INVALID', `${path} holds ${Array.isArray(value) ? 'a list' : quote(value)}, not an object.`, 'Is it the right file?');
}

function whyNot(text: string, error: unknown): string {
  if (text.trim() === '') return 'it is empty';
  const word = /[:[,]\s*(-?(?:NaN|Infinity))\b/.exec(text);
  if (word !== null) return `it has the bare word ${word[1]}, which JSON does not know`;
  return error instanceof Error ? error.message.replace(/\s+/g, ' ').slice(0, 160) : 'it can\'t be parsed'; // it shows the place, which may have line ends
}

import { LensError } from '../base/errors.js';

/** Typed reading of tokenizer files, which are not to be trusted: anything of another type than expected is E_TOKENIZER_INVALID. */
export type Json = Readonly<Record<string, unknown>>;

const WHAT_TO_DO = 'Download the checkpoint again, or save its tokenizer anew with the library that made it.';

/** The file contradicts the format. `where` is a path such as "model.vocab". */
export function invalid(where: string, problem: string): LensError {
  return new LensError('E_TOKENIZER_INVALID', `The tokenizer is damaged: ${where} ${problem}.`, WHAT_TO_DO);
}

/** The file is in order, but holds something that would give wrong ids here. */
export function unsupported(what: string): LensError {
  return new LensError('E_TOKENIZER_INVALID', `The tokenizer uses ${what}, which MoE Lens does not support.`, 'Use a checkpoint with another tokenizer, or report this one.');
}

export function asObject(value: unknown, where: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(where, 'is not an object');
  return value as Json;
}

export function asArray(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid(where, 'is not a list');
  return value as readonly unknown[];
}

export function asString(value: unknown, where: string): string {
  if (typeof value !== 'string') throw invalid(where, 'is not text');
  return value;
}

/** A token id: the library keeps 32 bits, a trace 31. */
export function asId(value: unknown, where: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 0x7fffffff) throw invalid(where, 'is not a token id');
  return value;
}

/** A flag; absent or null is `fallback`. */
export function asFlag(value: unknown, where: string, fallback: boolean): boolean {
  if (value === undefined || value === null) return fallback;
  if (typeof value !== 'boolean') throw invalid(where, 'is neither true nor false');
  return value;
}

/** Text; absent or null is the empty text. */
export function asOptionalString(value: unknown, where: string): string {
  return value === undefined || value === null ? '' : asString(value, where);
}

/** The parts of a `Sequence` of any kind, or the one part itself; nothing for null. */
export function flatten(value: unknown, listName: string, where: string): readonly Json[] {
  if (value === undefined || value === null) return [];
  const part = asObject(value, where);
  if (part.type !== 'Sequence') return [part];
  return asArray(part[listName], `${where}.${listName}`).flatMap((inner, i) => flatten(inner, listName, `${where}.${listName}[${i}]`));
}

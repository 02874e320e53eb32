import { LensError } from '../base/errors.js';
import type { JsonObject } from './checkpoint.js';
import { isJsonObject, quote } from './jsonValue.js';

/** A key of config.json, or several spellings of it: the first that is present and not null is used. */
export type ConfigKey = string | readonly string[];

export interface NumberRule {
  readonly min?: number;
  readonly max?: number;
  /** Used when the key is absent or null. Without it the key has to be there. */
  readonly default?: number;
}

export interface ArrayRule {
  readonly min?: number;
  readonly max?: number;
  /** The most elements. */
  readonly maxLength?: number;
  readonly default?: readonly number[];
}

export interface StringRule {
  readonly oneOf?: readonly string[];
  readonly default?: string;
}

interface Found {
  readonly key: string;
  readonly value: unknown;
}

/**
 * Typed, bounded access to a config.json. null counts as absent, as in transformers.
 * Every method throws E_CONFIG_INVALID with the key, what was found and what is wanted.
 */
export class ConfigReader {
  /** @param path the file's path, for messages */
  constructor(
    readonly config: JsonObject,
    readonly path: string,
  ) {}

  has(key: ConfigKey): boolean {
    return this.#find(key) !== undefined;
  }

  /** A whole number in [min, max]. */
  int(key: ConfigKey, rule: NumberRule = {}): number {
    return this.optionalInt(key, rule) ?? this.#absent(key, rule.default, wantedInt(rule));
  }

  /** A whole number in [min, max], undefined when absent or null. */
  optionalInt(key: ConfigKey, rule: Pick<NumberRule, 'min' | 'max'> = {}): number | undefined {
    return this.#check(key, wantedInt(rule), (v): v is number => Number.isSafeInteger(v) && inRange(Number(v), rule));
  }

  /** A finite number in [min, max]. */
  number(key: ConfigKey, rule: NumberRule = {}): number {
    return this.optionalNumber(key, rule) ?? this.#absent(key, rule.default, `a number${range(rule)}`);
  }

  optionalNumber(key: ConfigKey, rule: Pick<NumberRule, 'min' | 'max'> = {}): number | undefined {
    return this.#check(key, `a number${range(rule)}`, (v): v is number => Number.isFinite(v) && inRange(Number(v), rule));
  }

  bool(key: ConfigKey, defaultValue?: boolean): boolean {
    const value = this.#check(key, 'true or false', (v): v is boolean => typeof v === 'boolean');
    return value ?? this.#absent(key, defaultValue, 'true or false');
  }

  string(key: ConfigKey, rule: StringRule = {}): string {
    return this.optionalString(key, rule) ?? this.#absent(key, rule.default, wantedString(rule));
  }

  optionalString(key: ConfigKey, rule: Pick<StringRule, 'oneOf'> = {}): string | undefined {
    return this.#check(key, wantedString(rule), (v): v is string => typeof v === 'string' && (rule.oneOf?.includes(v) ?? true));
  }

  /** A list of whole numbers, each in [min, max]. */
  intArray(key: ConfigKey, rule: ArrayRule = {}): readonly number[] {
    return this.optionalIntArray(key, rule) ?? this.#absent(key, rule.default, wantedArray(rule));
  }

  optionalIntArray(key: ConfigKey, rule: Omit<ArrayRule, 'default'> = {}): readonly number[] | undefined {
    return this.#check(key, wantedArray(rule), (v): v is readonly number[] =>
      Array.isArray(v) && v.length <= (rule.maxLength ?? Infinity) && v.every((n: unknown) => Number.isSafeInteger(n) && inRange(Number(n), rule)));
  }

  /** A list of exactly `length` finite numbers. */
  numberArray(key: ConfigKey, { length }: { readonly length: number }): readonly number[] {
    const wanted = `a list of ${length} numbers`;
    const isList = (v: unknown): v is readonly number[] => Array.isArray(v) && v.length === length && v.every((n: unknown) => Number.isFinite(n));
    return this.#check(key, wanted, isList) ?? this.#absent<readonly number[]>(key, undefined, wanted);
  }

  /** A list of texts, each of `oneOf`; undefined when absent or null. */
  optionalStringArray(key: ConfigKey, rule: { readonly oneOf: readonly string[]; readonly maxLength: number }): readonly string[] | undefined {
    const wanted = `a list of at most ${rule.maxLength} of ${rule.oneOf.map((s) => quote(s)).join(', ')}`;
    return this.#check(key, wanted, (v): v is readonly string[] => Array.isArray(v) && v.length <= rule.maxLength && v.every((s: unknown) => typeof s === 'string' && rule.oneOf.includes(s)));
  }

  /** A nested object (such as rope_scaling), undefined when absent or null; its keys appear as "outer.inner" in messages. */
  object(key: ConfigKey): ConfigReader | undefined {
    const found = this.#find(key);
    if (found === undefined) return undefined;
    if (!isJsonObject(found.value)) throw this.invalid(found.key, 'an object');
    return new ConfigReader(found.value, `${this.path} at ${found.key}`);
  }

  /** The value as it stands in the file; undefined when absent or null. */
  raw(key: ConfigKey): unknown {
    return this.#find(key)?.value;
  }

  /** The error for a value that family code finds wrong, e.g. `throw reader.invalid('num_experts_per_tok', 'at most num_experts (8)')`. */
  invalid(key: ConfigKey, wanted: string): LensError {
    const found = this.#find(key);
    const what = found === undefined ? `has no ${spell(key)}` : `has ${found.key} ${quote(found.value)}`;
    return new LensError('E_CONFIG_INVALID', `${this.path} ${what}; ${wanted} is wanted.`, 'Correct the file, or fetch it again.');
  }

  #find(key: ConfigKey): Found | undefined {
    for (const k of typeof key === 'string' ? [key] : key) {
      const value = Object.hasOwn(this.config, k) ? this.config[k] : undefined;
      if (value !== undefined && value !== null) return { key: k, value };
    }
    return undefined;
  }

  #check<T>(key: ConfigKey, wanted: string, accepts: (value: unknown) => value is T): T | undefined {
    const found = this.#find(key);
    if (found === undefined) return undefined;
    if (accepts(found.value)) return found.value;
    throw this.invalid(key, wanted);
  }

  #absent<T>(key: ConfigKey, defaultValue: T | undefined, wanted: string): T {
    if (defaultValue !== undefined) return defaultValue;
    throw this.invalid(key, wanted);
  }
}

function inRange(value: number, rule: { readonly min?: number; readonly max?: number }): boolean {
  return value >= (rule.min ?? -Infinity) && value <= (rule.max ?? Infinity);
}

function range({ min, max }: { readonly min?: number; readonly max?: number }): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined) return ` of at least ${min}`;
  return max !== undefined ? ` of at most ${max}` : '';
}

function wantedInt(rule: Pick<NumberRule, 'min' | 'max'>): string {
  return `a whole number${range(rule)}`;
}

function wantedString({ oneOf }: Pick<StringRule, 'oneOf'>): string {
  return oneOf === undefined ? 'a text' : `one of ${oneOf.map((s) => quote(s)).join(', ')}`;
}

function wantedArray(rule: Omit<ArrayRule, 'default'>): string {
  return `a list of ${rule.maxLength === undefined ? '' : `at most ${rule.maxLength} `}whole numbers${range(rule)}`;
}

function spell(key: ConfigKey): string {
  return typeof key === 'string' ? key : key.join(' or ');
}

/** What the settings mean, apart from where they are kept. A value that makes no sense is an error that names its setting. */
import { canonicalPolicy, type ComparedSettings } from '../analysis/policyLabels.js';
import { MEMORY_USAGE, parseMemory } from '../base/bytes.js';
import { isLensError, LensError } from '../base/errors.js';
import type { BackendPreference } from '../protocol/engineApi.js';
import type { InlineUnit } from './inlineMarks.js';

export const SECTION = 'moeLens';

/** Reads one setting, "model" for moeLens.model. */
export type Get = (name: string) => unknown;

export interface BackendSettings {
  readonly backend: BackendPreference;
  readonly nativeFolder: string;
}

export interface RunSettings extends BackendSettings {
  /** As the user wrote it; empty is the bundled demo checkpoint. */
  readonly model: string;
  readonly policy: string;
}

export interface InlineSettings {
  readonly enabled: boolean;
  readonly unit: InlineUnit;
}

const BACKENDS: readonly BackendPreference[] = ['auto', 'native', 'wasm'];
const UNITS: readonly InlineUnit[] = ['token', 'word'];

export function runSettings(get: Get): RunSettings {
  return { model: modelSetting(get), policy: policySetting(get), ...backendSettings(get) };
}

export function backendSettings(get: Get): BackendSettings {
  return { backend: oneOf(get, 'backend', BACKENDS), nativeFolder: text(get, 'nativeFolder').trim() };
}

export function modelSetting(get: Get): string {
  return text(get, 'model').trim();
}

/** The policy in its one spelling. @throws E_POLICY_INVALID, E_SETTING_INVALID */
export function policySetting(get: Get): string {
  try {
    return canonicalPolicy(text(get, 'policy') || 'native');
  } catch (error) {
    if (!isLensError(error)) throw error;
    throw error.code === 'E_SETTING_INVALID' ? error : new LensError(error.code, `The setting ${SECTION}.policy can't be used: ${error.message}`, error.hint, { cause: error });
  }
}

/** A setting for where it is only shown or listed: undefined if it can't be used, which the run that needs it says. */
export function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!isLensError(error)) throw error;
    return undefined;
  }
}

/** A checkpoint that is not there, told with the setting that names it. */
export function namingModelSetting(error: LensError): LensError {
  if (error.code !== 'E_MODEL_NOT_FOUND') return error;
  return new LensError(error.code, error.message, `Check the setting ${SECTION}.model, or choose another model.`, { cause: error });
}

/** Bytes of memory that a run may take; undefined where nobody has said. @throws E_SETTING_INVALID */
export function memorySetting(get: Get): number | undefined {
  const given = text(get, 'memoryBudget').trim();
  if (given === '') return undefined;
  const bytes = parseMemory(given);
  if (bytes === undefined) throw invalid('memoryBudget', given, `Use ${MEMORY_USAGE}; empty is half of the machine's memory.`);
  return bytes;
}

/** Whether surprisal is computed. @throws E_SETTING_INVALID */
export function surprisalEnabled(get: Get): boolean {
  return flag(get, 'surprisal');
}

export function comparedSettings(get: Get): ComparedSettings {
  const topK = get('compare.topK') ?? 0;
  if (typeof topK !== 'number' || !Number.isInteger(topK) || topK < 0) throw invalid('compare.topK', topK, 'Use a whole number; 0 takes the number from the checkpoint.');
  const topP = get('compare.topP') ?? 0.4;
  if (typeof topP !== 'number' || !(topP > 0 && topP <= 1)) throw invalid('compare.topP', topP, 'Use a number above 0 and at most 1, for example 0.4.');
  return { topK, topP };
}

export function modelFolders(get: Get): readonly string[] {
  const folders = get('modelFolders') ?? [];
  const valid = Array.isArray(folders) && folders.every((folder): folder is string => typeof folder === 'string');
  if (!valid) throw invalid('modelFolders', folders, 'Use a list of folders, for example ["/data/models"].');
  return folders.map((folder) => folder.trim()).filter((folder) => folder !== '');
}

export function inlineSettings(get: Get): InlineSettings {
  return { enabled: flag(get, 'inline.enabled'), unit: oneOf(get, 'inline.unit', UNITS) };
}

export function codeLensEnabled(get: Get): boolean {
  return flag(get, 'codeLens.enabled');
}

/** `~` is the home folder; what is not absolute is below `base` (the workspace's folder), if there is one. */
export function expandPath(path: string, home: string, base: string | undefined): string {
  if (path === '~' || path.startsWith('~/') || path.startsWith('~\\')) return home + path.slice(1);
  const absolute = path.startsWith('/') || path.startsWith('\\\\') || /^[A-Za-z]:[\\/]/.test(path);
  return absolute || base === undefined || path === '' ? path : `${base}/${path}`;
}

function text(get: Get, name: string): string {
  const value = get(name) ?? '';
  if (typeof value !== 'string') throw invalid(name, value, 'Use a text.');
  return value;
}

function flag(get: Get, name: string): boolean {
  const value = get(name) ?? true;
  if (typeof value !== 'boolean') throw invalid(name, value, 'Use true or false.');
  return value;
}

function oneOf<T extends string>(get: Get, name: string, choices: readonly [T, ...T[]] | readonly T[]): T {
  const value = get(name) ?? choices[0];
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw invalid(name, value, `Use one of: ${choices.join(', ')}.`);
  return found;
}

function invalid(name: string, value: unknown, hint: string): LensError {
  return new LensError('E_SETTING_INVALID', `The setting ${SECTION}.${name} can't be used: ${(JSON.stringify(value) ?? 'undefined').slice(0, 60)}.`, hint);
}

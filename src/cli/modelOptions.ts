import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { MEMORY_USAGE, parseMemory } from '../base/bytes.js';
import { memoryBudget } from '../base/memoryBudget.js';
import { demoModelPath } from '../engine/demoModel.js';
import type { OpenParams } from '../protocol/engineApi.js';
import { oneOf, UsageError } from './arguments.js';

const expandHome = (path: string): string => (path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path);

/** An absolute path. @throws UsageError for an empty one, which would be the current folder */
export function pathOf(given: string): string {
  if (given === '') throw new UsageError('a path is empty');
  return resolve(expandHome(given));
}

function memoryOf(given: string | undefined): number {
  const bytes = given === undefined ? memoryBudget() : parseMemory(given);
  if (bytes === undefined) throw new UsageError(`--memory takes ${MEMORY_USAGE}, not "${given ?? ''}"`);
  return bytes;
}

interface ModelValues {
  readonly model?: string | undefined;
  readonly backend?: string | undefined;
  readonly 'native-folder'?: string | undefined;
  readonly memory?: string | undefined;
}

/** What MODEL_OPTIONS say, with their defaults. @throws UsageError */
export function sessionOptions(values: ModelValues): OpenParams {
  return {
    path: values.model === undefined ? demoModelPath() : pathOf(values.model),
    backend: oneOf(values.backend, ['auto', 'native', 'wasm'], 'backend'),
    nativeFolder: values['native-folder'] ?? '',
    memory: memoryOf(values.memory),
  };
}

import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { demoModelPath } from '../engine/demoModel.js';
import type { OpenParams } from '../protocol/engineApi.js';
import { oneOf, UsageError } from './arguments.js';

const expandHome = (path: string): string => (path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path);

/** An absolute path. @throws UsageError for an empty one, which would be the current folder */
export function pathOf(given: string): string {
  if (given === '') throw new UsageError('a path is empty');
  return resolve(expandHome(given));
}

export function sessionOptions(values: { readonly model?: string | undefined; readonly backend?: string | undefined; readonly 'native-folder'?: string | undefined }): OpenParams {
  return {
    path: values.model === undefined ? demoModelPath() : pathOf(values.model),
    backend: oneOf(values.backend, ['auto', 'native', 'wasm'], 'backend'),
    nativeFolder: values['native-folder'] ?? '',
  };
}

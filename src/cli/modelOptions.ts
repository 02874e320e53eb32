import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { demoModelPath } from '../engine/demoModel.js';
import type { OpenParams } from '../protocol/engineApi.js';
import { oneOf } from './arguments.js';

export const expandHome = (path: string): string => (path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path);

export function sessionOptions(values: { readonly model?: string | undefined; readonly backend?: string | undefined; readonly 'native-folder'?: string | undefined }): OpenParams {
  return {
    path: values.model === undefined ? demoModelPath() : resolve(expandHome(values.model)),
    backend: oneOf(values.backend, ['auto', 'native', 'wasm'], 'backend'),
    nativeFolder: values['native-folder'] ?? '',
  };
}

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');
export const NATIVE = join(ROOT, 'native');
export const VSCODE_SERVER = join(ROOT, 'scripts', 'vscode-server');
export const SAMPLE = join(ROOT, 'media', 'sample');

/** What the packages with x64 Linux binaries need: the VS Code server and the native TensorFlow library. */
export const LINUX_X64 = process.platform === 'linux' && process.arch === 'x64';

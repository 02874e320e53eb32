/** The npm packages of native/package.json, in the versions of its lock. */
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SetupProgress } from '../protocol/setupApi.js';
import { watchGrowth } from './growth.js';
import { manifests } from './place.js';
import { runProgram, type ProgramOptions } from './program.js';
import { PACKAGES } from './ways.js';

const STAGE = 'Installing tfjs-node';

const versionIn = (file: string): string | undefined => (existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version : undefined);

/** Whether the packages that are asked for are there, in their versions. */
export function packagesThere(folder: string): boolean {
  const { dependencies } = JSON.parse(readFileSync(join(manifests(), 'package.json'), 'utf8')) as { dependencies: Readonly<Record<string, string>> };
  return Object.entries(dependencies).every(([name, version]) => versionIn(join(folder, 'node_modules', name, 'package.json')) === version);
}

/**
 * Fills the folder's node_modules; no package's own script runs.
 * @throws E_TOOL_MISSING without npm, E_NATIVE_SETUP, E_CANCELLED
 */
export async function installPackages(folder: string, report: (progress: SetupProgress) => void, options: ProgramOptions): Promise<void> {
  report({ stage: STAGE, done: 0, total: PACKAGES.diskBytes });
  mkdirSync(folder, { recursive: true });
  if (folder !== manifests()) for (const name of ['package.json', 'package-lock.json']) copyFileSync(join(manifests(), name), join(folder, name));
  await watchGrowth(join(folder, 'node_modules'), (bytes) => report({ stage: STAGE, done: Math.min(bytes, PACKAGES.diskBytes), total: PACKAGES.diskBytes }), () =>
    runProgram('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], { ...options, cwd: folder }));
}

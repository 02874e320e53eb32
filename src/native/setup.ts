/** Makes a folder whose node_modules holds a working @tensorflow/tfjs-node. */
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LensError, toLensError } from '../base/errors.js';
import type { SetupPlan, SetupProgress } from '../protocol/setupApi.js';
import { runInstaller } from './installer.js';
import { installPackages, packagesThere } from './packages.js';
import { probeNative } from './probe.js';
import type { ProgramOptions } from './program.js';
import type { UsableWays } from './tools.js';
import { planOf } from './ways.js';
import { installFromWheel } from './wheel.js';

export interface SetupTask extends UsableWays {
  readonly folder: string;
  /** Where library and binding are kept, apart from the folder (wheel.ts). */
  readonly store?: string;
}

type Report = (progress: SetupProgress) => void;

/**
 * Makes the library in the folder load; changes nothing where it does.
 * @returns which TensorFlow it is
 * @throws E_TOOL_MISSING, E_NATIVE_SETUP, E_CANCELLED
 */
export async function setUp({ folder, store, ways, lacking }: SetupTask, report: Report, options: ProgramOptions): Promise<string> {
  if (!packagesThere(folder)) await installPackages(folder, report, options);
  const before = await probeNative(folder, options.signal);
  if (before.loads) return before.version;
  let failure = lacking;
  for (const way of ways) {
    try {
      await (way === 'wheel' ? installFromWheel(folder, store, report, options) : runInstaller(folder, report, options));
      report({ stage: 'Loading TensorFlow', done: 0, total: 0 });
      const after = await probeNative(folder, options.signal);
      if (after.loads) return after.version;
      throw new LensError('E_NATIVE_SETUP', `The native library is there but does not load: ${after.reason}.`, 'MoE Lens runs on WebAssembly here.');
    } catch (error) {
      if (options.signal?.aborted === true) throw error;
      failure = withLack(toLensError(error), lacking);
      options.onLine?.(`${failure.code}: ${failure.sentence}`);
    }
  }
  throw failure ?? new LensError('E_NATIVE_SETUP', 'There is no way to the native library here.', 'MoE Lens runs on WebAssembly here.');
}

/** What failed, and what another way would have needed. */
function withLack(error: LensError, lacking: LensError | undefined): LensError {
  return lacking === undefined ? error : new LensError(error.code, error.message, `Another way needs a program: ${lacking.sentence}`, { cause: error });
}

/**
 * The same in a folder that appears when it is complete: it is filled beside its place, and a set-up that fails or is cancelled leaves
 * nothing behind.
 */
export async function setUpInto(into: string, findWays: () => Promise<UsableWays>, report: Report, options: ProgramOptions): Promise<string> {
  removeLeftovers(into);
  const there = await probeNative(into, options.signal);
  if (there.loads) return there.version;
  const usable = await findWays();
  await checkSpace(into, planOf(usable.ways));
  const folder = `${into}-${process.pid}`;
  const cache = join(folder, 'npm-cache');
  try {
    // npm's downloads and logs go with the folder
    const version = await setUp({ ...usable, folder }, report, { ...options, env: { ...process.env, npm_config_cache: cache } });
    rmSync(cache, { recursive: true, force: true });
    rmSync(into, { recursive: true, force: true });
    renameSync(folder, into);
    return version;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** What a set-up that was killed has left beside the folder: named after its process, which is gone. */
function removeLeftovers(into: string): void {
  mkdirSync(dirname(into), { recursive: true });
  for (const name of readdirSync(dirname(into))) {
    const pid = name.startsWith(`${basename(into)}-`) ? Number(name.slice(basename(into).length + 1)) : Number.NaN;
    if (Number.isInteger(pid) && !isRunning(pid)) rmSync(join(dirname(into), name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** @throws E_NATIVE_SETUP where the disk has no room for the downloads and what becomes of them */
export async function checkSpace(into: string, { downloadBytes, diskBytes }: SetupPlan): Promise<void> {
  mkdirSync(dirname(into), { recursive: true });
  const { bavail, bsize } = await statfs(dirname(into));
  const needed = downloadBytes + diskBytes;
  if (bavail * bsize >= needed) return;
  throw new LensError('E_NATIVE_SETUP', `Setting up takes ${megabytes(needed)}, and ${dirname(into)} has ${megabytes(bavail * bsize)} left.`, 'Make some room and try again.');
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;

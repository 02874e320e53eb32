/**
 * TensorFlow's native library from package registries alone (Linux x64): its C++ libraries and headers come out of a wheel of PyPI, and
 * the two C++ files of tfjs-node are compiled against them and against node-api-headers.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync, existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LensError } from '../base/errors.js';
import type { SetupProgress } from '../protocol/setupApi.js';
import { watchGrowth } from './growth.js';
import { BINDING, LIBRARIES, manifests, tfjsNode } from './place.js';
import { runProgram, type ProgramOptions } from './program.js';
import { unpackWheel } from './unpackWheel.js';
import { WHEEL } from './ways.js';

type Report = (progress: SetupProgress) => void;

/**
 * @param store a folder of the person's cache that holds library and binding, made where it is missing and linked to: it outlives
 *   node_modules. Without one they are put into the folder itself.
 * @throws E_TOOL_MISSING, E_NATIVE_SETUP, E_CANCELLED
 */
export async function installFromWheel(folder: string, store: string | undefined, report: Report, options: ProgramOptions): Promise<void> {
  const place = store ?? join(folder, 'tensorflow');
  if (!existsSync(place)) await makeStore(place, folder, report, options);
  const put = store === undefined ? renameSync : linkTo;
  const libraries = join(tfjsNode(folder), 'deps', 'lib');
  rmSync(libraries, { recursive: true, force: true });
  mkdirSync(libraries, { recursive: true });
  for (const name of LIBRARIES) put(join(place, 'lib', name), join(libraries, name));
  copyFileSync(join(place, NOTICES), join(libraries, NOTICES));
  // a copy, since the libraries are looked for beside the file itself
  const binding = join(tfjsNode(folder), BINDING);
  mkdirSync(dirname(binding), { recursive: true });
  copyFileSync(join(place, basename(BINDING)), binding);
  if (store === undefined) rmSync(place, { recursive: true, force: true });
}

const NOTICES = 'THIRD_PARTY_NOTICES.txt';
const linkTo = (target: string, place: string): void => symlinkSync(target, place);

/** Filled beside its place and renamed when complete, so that a store is whole or not there. */
async function makeStore(store: string, folder: string, report: Report, options: ProgramOptions): Promise<void> {
  mkdirSync(dirname(store), { recursive: true });
  const work = mkdtempSync(`${store}-`);
  try {
    const fresh = join(work, 'store');
    const wheel = await downloadWheel(join(work, 'wheel'), report, options);
    await unpackWheel(wheel, fresh, report, options.signal);
    await compileBinding(fresh, folder, report, options);
    writeFileSync(join(fresh, 'README.txt'), 'Made by MoE Lens (npm run setup:native). It can be deleted; the next set-up makes it again.\n');
    if (!existsSync(store)) renameSync(fresh, store);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The same wheel under every Python: only its C++ libraries are used. pip compares it with the hash. */
async function downloadWheel(folder: string, report: Report, options: ProgramOptions): Promise<string> {
  const total = WHEEL.downloadBytes;
  const stage = 'Downloading TensorFlow';
  report({ stage, done: 0, total });
  mkdirSync(folder);
  await watchGrowth(folder, (bytes) => report({ stage, done: Math.min(bytes, total), total }), () =>
    runProgram('python3', ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-cache-dir', '--no-deps', '--only-binary=:all:',
      '--implementation=cp', '--python-version=311', '--abi=cp311', '--platform=manylinux_2_17_x86_64',
      // pip writes what is under way to TMPDIR
      '--require-hashes', '--dest', folder, '-r', join(manifests(), 'requirements.txt')], { ...options, env: { ...(options.env ?? process.env), TMPDIR: folder } }));
  const wheel = readdirSync(folder).find((name) => name.endsWith('.whl'));
  if (wheel === undefined) throw new LensError('E_NATIVE_SETUP', 'pip downloaded no wheel of TensorFlow.', 'The log says more (Output: MoE Lens).');
  return join(folder, wheel);
}

async function compileBinding(store: string, folder: string, report: Report, options: ProgramOptions): Promise<void> {
  report({ stage: 'Compiling the binding', done: 0, total: 0 });
  const sources = join(tfjsNode(folder), 'binding');
  await runProgram('g++', ['-std=c++17', '-O2', '-fPIC', '-shared', '-w', '-DNAPI_VERSION=8', '-DNODE_GYP_MODULE_NAME=tfjs_binding',
    `-I${join(folder, 'node_modules', 'node-api-headers', 'include')}`, `-I${join(store, 'include')}`,
    join(sources, 'tfjs_backend.cc'), join(sources, 'tfjs_binding.cc'),
    `-L${join(store, 'lib')}`, ...LIBRARIES.map((library) => `-l:${library}`),
    '-Wl,-rpath,$ORIGIN/../../deps/lib', // from lib/napi-v8/ to where the libraries are
    '-o', join(store, basename(BINDING))], options);
}

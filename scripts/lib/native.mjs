// The native TensorFlow binding in native/: is it there, and if not, make it.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { LINUX_X64, NATIVE, ROOT } from './paths.mjs';
import { installPackages } from './packages.mjs';
import { SetupError, output } from './shell.mjs';

const PACKAGE = join(NATIVE, 'node_modules', '@tensorflow', 'tfjs-node');
const BINDING = join('lib', 'napi-v8', 'tfjs_binding.node');
const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
const PYTHON = process.env.PYTHON || 'python3';

/** Loads the package in a process of its own (a bad library can end it) and multiplies two matrices. */
const PROBE = `
const util = require('node:util');
util.isNullOrUndefined = (value) => value == null; // used by tfjs-node, gone from Node 23 on
util.isArray = Array.isArray;
const tf = require(${JSON.stringify(PACKAGE)});
const product = tf.matMul([[1, 2], [3, 4]], [[5, 6], [7, 8]]).dataSync().join();
if (tf.getBackend() !== 'tensorflow' || product !== '19,22,43,50') throw new Error('wrong product ' + product);
console.log('TensorFlow ' + tf.backend().binding.TF_Version + ' on Node ' + process.versions.node);`;

/** @returns {{ loads: true, version: string } | { loads: false, reason: string }} */
export function probeNative() {
  if (!existsSync(join(PACKAGE, 'package.json'))) return { loads: false, reason: 'it is not installed (npm run setup:native)' };
  const result = spawnSync(process.execPath, ['-e', PROBE], { encoding: 'utf8', env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' } });
  if (result.status === 0) return { loads: true, version: result.stdout.trim().split('\n').at(-1) };
  const reason = result.stderr.split('\n').find((line) => /error|cannot|not found/i.test(line)) ?? `it ended with ${result.status ?? result.signal}`;
  return { loads: false, reason: reason.trim() };
}

/** Makes the binding load; changes nothing where it does. */
export function setupNative() {
  installPackages(NATIVE, 'tfjs-node');
  const before = probeNative();
  if (before.loads) return console.log(`Native TensorFlow is ready: ${before.version}.`);

  if (LINUX_X64) setupFromRegistries();
  else output('npm', ['rebuild', '@tensorflow/tfjs-node', '--ignore-scripts=false', '--foreground-scripts'], { cwd: NATIVE });

  const after = probeNative();
  if (!after.loads) throw new SetupError(`Native TensorFlow was set up but does not load: ${after.reason}.`);
  console.log(`Native TensorFlow is ready: ${after.version}.`);
}

function setupFromRegistries() {
  if (process.report.getReport().header.glibcVersionRuntime === undefined) {
    throw new SetupError('TensorFlow needs glibc, which this Linux does not have. MoE Lens runs on WebAssembly here.');
  }
  const store = storeFolder();
  if (!existsSync(store)) makeStore(store);
  for (const library of LIBRARIES) link(join(store, 'lib', library), join(PACKAGE, 'deps', 'lib', library));
  // a copy, since the libraries are looked for beside the file itself
  mkdirSync(dirname(join(PACKAGE, BINDING)), { recursive: true });
  copyFileSync(join(store, 'tfjs_binding.node'), join(PACKAGE, BINDING));
}

/** Libraries and binding outlive node_modules in the user's cache folder, named after the versions they belong to. */
function storeFolder() {
  const tensorflow = /==(\S+)/.exec(readFileSync(join(NATIVE, 'requirements.txt'), 'utf8'))[1];
  const { version } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'));
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(cache, 'moe-lens', `tensorflow-${tensorflow}-tfjs-${version}`);
}

/** Filled beside its place and renamed when complete, so that a store is whole or not there. */
function makeStore(store) {
  mkdirSync(dirname(store), { recursive: true });
  const work = mkdtempSync(`${store}-`);
  try {
    const fresh = join(work, 'store');
    unpackLibrary(downloadWheel(work), fresh);
    compileBinding(fresh);
    writeFileSync(join(fresh, 'README.txt'), 'Made by MoE Lens (npm run setup:native). It can be deleted; the next set-up makes it again.\n');
    if (!existsSync(store)) renameSync(fresh, store);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The same wheel under every Python: only its C++ libraries are used. */
function downloadWheel(folder) {
  console.log('Downloading TensorFlow (207 MB, once)');
  output(PYTHON, ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-cache-dir', '--no-deps', '--only-binary=:all:',
    '--implementation=cp', '--python-version=311', '--abi=cp311', '--platform=manylinux_2_17_x86_64',
    '--require-hashes', '--dest', folder, '-r', join(NATIVE, 'requirements.txt')]);
  return join(folder, readdirSync(folder).find((name) => name.endsWith('.whl')));
}

function unpackLibrary(wheel, folder) {
  console.log('Unpacking TensorFlow');
  output(PYTHON, [join(ROOT, 'scripts', 'lib', 'unpack-wheel.py'), wheel, folder]);
}

function compileBinding(store) {
  console.log('Compiling the binding');
  output(process.env.CXX || 'g++', ['-std=c++17', '-O2', '-fPIC', '-shared', '-w', '-DNAPI_VERSION=8', '-DNODE_GYP_MODULE_NAME=tfjs_binding',
    `-I${join(NATIVE, 'node_modules', 'node-api-headers', 'include')}`, `-I${join(store, 'include')}`,
    join(PACKAGE, 'binding', 'tfjs_backend.cc'), join(PACKAGE, 'binding', 'tfjs_binding.cc'),
    `-L${join(store, 'lib')}`, ...LIBRARIES.map((library) => `-l:${library}`),
    '-Wl,-rpath,$ORIGIN/../../deps/lib', // from lib/napi-v8/ to where the libraries are linked
    '-o', join(store, 'tfjs_binding.node')]);
}

function link(target, place) {
  mkdirSync(dirname(place), { recursive: true });
  rmSync(place, { force: true });
  symlinkSync(target, place);
}

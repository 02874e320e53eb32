// The programs that MoE Lens is compared with: where they are, and how they get there.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { output } from '../../scripts/lib/shell.mjs';
import { bundlePass } from './bundle.mjs';
import { benchFolder } from './folder.mjs';

const NATIVE_SETUP = fileURLToPath(new URL('../../scripts/setup-native.mjs', import.meta.url));
const REQUIREMENTS = fileURLToPath(new URL('../requirements.txt', import.meta.url));
/** The prebuilt llama.cpp inside differs from release to release: one is measured. */
const LLAMA_VERSION = '3.21.1';
const LLAMA_PLATFORMS = { 'linux-x64': 'linux-x64', 'linux-arm64': 'linux-arm64', 'darwin-arm64': 'mac-arm64-metal', 'darwin-x64': 'mac-x64', 'win32-x64': 'win-x64', 'win32-arm64': 'win-arm64' };
/** A program, not a .cmd file: its arguments may have spaces on Windows too. */
const PLAIN = { shell: false };
const SETUP = 'npm run bench -- --setup';

const venv = () => join(benchFolder(), 'peers', 'python');
const venvPython = () => join(venv(), ...(process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']));
const llamaFolder = () => join(benchFolder(), 'peers', 'llama');
const reason = (error) => error.message.trim().split('\n').filter((line) => line.trim() !== '').at(-1).trim();

/** Each gives what a runner needs to know of its peer, or `missing` (why it can't run) and `remedy`. */
const FINDERS = {
  async wasm() {
    try {
      await bundlePass();
      return {};
    } catch (error) {
      return { missing: `MoE Lens does not build: ${reason(error)}`, remedy: 'npm run build' };
    }
  },
  async native() {
    try {
      output(process.execPath, [NATIVE_SETUP, '--check'], PLAIN);
      return findPeer('wasm');
    } catch (error) {
      return { missing: reason(error), remedy: 'npm run setup:native' };
    }
  },
  transformers() {
    const named = process.env.MOE_LENS_BENCH_PYTHON;
    const python = named || venvPython();
    const remedy = named ? `${python} -m pip install -r bench/requirements.txt` : SETUP;
    if (!named && !existsSync(python)) return { missing: 'not installed', remedy };
    try {
      output(python, ['-c', 'import torch, transformers'], PLAIN);
      return { python };
    } catch (error) {
      return { missing: reason(error), remedy };
    }
  },
  llama() {
    const manifest = join(llamaFolder(), 'node_modules', 'node-llama-cpp', 'package.json');
    if (!existsSync(manifest)) return { missing: 'not installed', remedy: SETUP };
    const { version } = JSON.parse(readFileSync(manifest, 'utf8'));
    return version === LLAMA_VERSION ? { folder: llamaFolder() } : { missing: `version ${version} is there, ${LLAMA_VERSION} is wanted`, remedy: SETUP };
  },
};

const found = new Map();

/**
 * Looks for a peer, once in a process.
 * @param {'native' | 'wasm' | 'transformers' | 'llama'} name
 * @returns {Promise<{ python?: string, folder?: string, missing?: string, remedy?: string }>}
 */
export function findPeer(name) {
  if (!found.has(name)) found.set(name, Promise.resolve(FINDERS[name]()));
  return found.get(name);
}

/** Installs the peers from PyPI and npm into the bench folder. On Linux PyPI's torch brings CUDA: 7 GB. */
export function setupPeers() {
  if (process.env.MOE_LENS_BENCH_PYTHON) console.error('Python: MOE_LENS_BENCH_PYTHON is used as it is');
  else setupPython();
  console.error(`Installing node-llama-cpp ${LLAMA_VERSION}`);
  const platform = LLAMA_PLATFORMS[`${process.platform}-${process.arch}`];
  if (platform === undefined) throw new Error(`node-llama-cpp has no build for ${process.platform} ${process.arch}.`);
  mkdirSync(llamaFolder(), { recursive: true });
  writeFileSync(join(llamaFolder(), 'package.json'), '{ "private": true }\n');
  // its optional packages are builds for graphics cards, of hundreds of MB
  output('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--omit=optional', `node-llama-cpp@${LLAMA_VERSION}`, `@node-llama-cpp/${platform}@${LLAMA_VERSION}`], { cwd: llamaFolder() });
}

function setupPython() {
  console.error('Installing torch and transformers (minutes, several GB)');
  output(process.env.PYTHON || 'python3', ['-m', 'venv', venv()], PLAIN);
  output(venvPython(), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS], PLAIN);
}

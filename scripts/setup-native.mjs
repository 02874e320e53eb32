#!/usr/bin/env node
// Gives native/ a working @tensorflow/tfjs-node: the engine is several times faster with it than with WebAssembly.
// The package's own install script downloads TensorFlow from a server outside the package registries. On Linux x64
// this script needs npm and PyPI alone: TensorFlow's library comes out of the wheel in native/requirements.txt, the
// package's two C++ files are compiled against it. Elsewhere the package's own script runs. `--check` changes nothing.
import './lib/node-version.mjs';
import { probeNative, setupNative } from './lib/native.mjs';
import { fail } from './lib/shell.mjs';

function main() {
  if (!process.argv.includes('--check')) return setupNative();
  const probe = probeNative();
  console.log(probe.loads ? `Native TensorFlow is ready: ${probe.version}.` : `Native TensorFlow can't be used: ${probe.reason}.`);
  process.exitCode = probe.loads ? 0 : 1;
}

try { main(); } catch (error) { fail(error); }

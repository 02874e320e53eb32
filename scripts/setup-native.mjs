#!/usr/bin/env node
// Gives native/ a working @tensorflow/tfjs-node: the engine is several times faster with it than with WebAssembly. On Linux x64 npm and PyPI
// are enough, elsewhere tfjs-node's own install script runs. `--check` changes nothing. How it is done: src/native.
import './lib/node-version.mjs';
import { setupNative } from './lib/native.mjs';
import { fail } from './lib/shell.mjs';

try { setupNative(process.argv.slice(2)); } catch (error) { fail(error); }

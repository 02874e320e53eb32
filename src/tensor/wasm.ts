import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { packageRoot } from '../base/packageRoot.js';

/** Where the .wasm files are: beside the bundle, or in the package when run from source. */
function wasmFolder(): string {
  const bundled = join(packageRoot(), 'dist/wasm');
  if (existsSync(bundled)) return bundled;
  return dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm'));
}

/** Starts the WebAssembly backend (SIMD where the machine has it, one thread: Node gets no more). */
export async function startWasm(): Promise<{ version: string; threads: number }> {
  setWasmPaths(`${wasmFolder()}/`);
  if (!(await tf.setBackend('wasm'))) throw new Error('the wasm backend did not start');
  await tf.ready();
  return { version: tf.version_core, threads: 1 };
}

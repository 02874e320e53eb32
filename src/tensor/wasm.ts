import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { packageRoot } from '../base/packageRoot.js';
import type { Device } from './device.js';
import { wasmDevice } from './wasmDevice.js';

/** Where the .wasm files are: beside the bundle, or in the package when run from source. */
function wasmFolder(): string {
  const bundled = join(packageRoot(), 'dist/wasm');
  if (existsSync(bundled)) return bundled;
  return dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm'));
}

/** Starts the WebAssembly backend in this thread (SIMD where the machine has it). */
export async function startWasm(): Promise<Device> {
  setWasmPaths(`${wasmFolder()}/`);
  if (!(await tf.setBackend('wasm'))) throw new Error('the wasm backend did not start');
  await tf.ready();
  return wasmDevice();
}

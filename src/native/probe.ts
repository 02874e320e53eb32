/** Whether the native library loads, tried in a process of its own: a bad one can end it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from './program.js';
import { tfjsNode } from './place.js';

export type Probe = { readonly loads: true; readonly version: string } | { readonly loads: false; readonly reason: string };

/** Loads the package and multiplies two matrices. tfjs-node uses two functions that are gone or deprecated from Node 23 on. */
const script = (folder: string): string => `
const util = require('node:util');
util.isNullOrUndefined = (value) => value == null;
util.isArray = Array.isArray;
const tf = require(${JSON.stringify(tfjsNode(folder))});
const product = tf.matMul([[1, 2], [3, 4]], [[5, 6], [7, 8]]).dataSync().join();
if (tf.getBackend() !== 'tensorflow' || product !== '19,22,43,50') throw new Error('wrong product ' + product);
console.log('TensorFlow ' + tf.backend().binding.TF_Version + ' on Node ' + process.versions.node);`;

/** @throws E_CANCELLED */
export async function probeNative(folder: string, signal?: AbortSignal): Promise<Probe> {
  if (!existsSync(join(tfjsNode(folder), 'package.json'))) return { loads: false, reason: 'it is not installed' };
  const lines: string[] = [];
  try {
    // the program's own name, so that VS Code's Electron runs as Node
    await runProgram(process.execPath, ['-e', script(folder)], {
      env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2', ELECTRON_RUN_AS_NODE: '1' }, onLine: (line) => lines.push(line), ...(signal === undefined ? {} : { signal }),
    });
    return { loads: true, version: lines.at(-1) ?? '' };
  } catch (error) {
    if (signal?.aborted === true) throw error;
    return { loads: false, reason: (lines.find((line) => /error|cannot|not found/i.test(line)) ?? lines.at(-1) ?? 'it ended without a word').trim() };
  }
}

import { createRequire } from 'node:module';
import { join } from 'node:path';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import type { Device } from './device.js';
import { nativeDevice, type Binding } from './nativeDevice.js';
import { findNativeFolder } from './nativeFolder.js';

/**
 * tfjs-node 4.22.0 calls two functions that Node 23 removed (isNullOrUndefined) or warns about (isArray):
 * VS Code's extension host runs on a newer Node, so they are put back before it loads.
 */
function restoreOldUtil(): void {
  const old = util as unknown as Record<string, unknown>;
  old['isNullOrUndefined'] = (value: unknown) => value === null || value === undefined;
  old['isArray'] = Array.isArray;
}

/** A second tfjs-core registers its kernels over ours and says so once per kernel; nobody needs to read that. */
function quietly<T>(work: () => T): T {
  const { warn } = console;
  console.warn = () => undefined;
  try {
    return work();
  } finally {
    console.warn = warn;
  }
}

/**
 * Loads TensorFlow's native library in this thread.
 * @throws any Error that says why the library did not load
 */
export async function startNative(nativeFolder: string): Promise<Device> {
  const folder = findNativeFolder(nativeFolder);
  if (folder === undefined) throw new Error('@tensorflow/tfjs-node is not installed');
  restoreOldUtil();
  const load = createRequire(join(folder, 'package.json'));
  quietly(() => { load('@tensorflow/tfjs-node'); });
  if (!(await tf.setBackend('tensorflow'))) throw new Error('the tensorflow backend did not start');
  await tf.ready();
  return nativeDevice((tf.backend() as unknown as { readonly binding: Binding }).binding);
}

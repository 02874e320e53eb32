import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Device } from './device.js';
import { nativeDevice, type Binding } from './nativeDevice.js';
import { findNativeFolder } from './nativeFolder.js';

const BINDING = 'tfjs_binding.node';

/**
 * Loads TensorFlow's native library in this thread: the binding of tfjs-node alone, whose operations nativeDevice.ts calls. What else is in
 * the package (tfjs and its kernels in JavaScript) would take half a second and 25 MB in every lane.
 * @throws any Error that says why the library did not load
 */
export function startNative(nativeFolder: string): Device {
  const folder = findNativeFolder(nativeFolder);
  if (folder === undefined) throw new Error('@tensorflow/tfjs-node is not installed');
  const lib = join(folder, 'node_modules/@tensorflow/tfjs-node/lib');
  const load = createRequire(join(lib, 'package.json'));
  return nativeDevice(load(join(lib, `napi-v${napiVersion(lib)}`, BINDING)) as Binding);
}

/** The binding is there for one or more versions of Node's binary interface; a program of a version runs what was built for earlier ones. */
function napiVersion(lib: string): number {
  const versions = readdirSync(lib).map((name) => Number(/^napi-v(\d+)$/.exec(name)?.[1])).filter((version) => version <= Number(process.versions['napi']));
  if (versions.length === 0) throw new Error(`tfjs-node has no ${BINDING} for this version of Node`);
  return Math.max(...versions);
}

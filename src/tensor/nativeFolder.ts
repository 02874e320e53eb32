import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../base/packageRoot.js';

/**
 * The folder whose node_modules holds TensorFlow's native library, of those that may: the named one, MOE_LENS_NATIVE, and
 * native/ of the package; undefined where it is not set up. Nothing is loaded.
 */
export function findNativeFolder(nativeFolder: string): string | undefined {
  const candidates = [nativeFolder, process.env['MOE_LENS_NATIVE'] ?? '', join(packageRoot(), 'native')].filter((folder) => folder !== '');
  return candidates.find((folder) => existsSync(join(folder, 'node_modules/@tensorflow/tfjs-node/package.json')));
}

/** Where things are in a folder that has tfjs-node in its node_modules. */
import { join } from 'node:path';
import { packageRoot } from '../base/packageRoot.js';

/** What is installed is written down here, with every version: package.json, its lock, and the wheel with its hash. */
export const manifests = (): string => join(packageRoot(), 'native');
export const tfjsNode = (folder: string): string => join(folder, 'node_modules', '@tensorflow', 'tfjs-node');
export const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'] as const;
/** Below tfjs-node. */
export const BINDING = join('lib', 'napi-v8', 'tfjs_binding.node');

import { join } from 'node:path';
import { packageRoot } from '../base/packageRoot.js';

/** The checkpoint that comes with MoE Lens, used when none is named. */
export const demoModelPath = (): string => join(packageRoot(), 'media', 'demo-model');

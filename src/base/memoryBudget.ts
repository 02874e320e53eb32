import { totalmem } from 'node:os';
import { LEAST_MEMORY } from './bytes.js';

/** The rest is for the editor, other programs and the system's cache of files. */
const SHARE = 0.5;

/** Bytes of memory that a run may take where nobody has said: half of the machine's. */
export const memoryBudget = (memory = totalmem()): number => Math.max(LEAST_MEMORY, Math.floor(memory * SHARE));

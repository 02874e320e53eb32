import { totalmem } from 'node:os';

/** Weights may take half of the machine's memory. */
const SHARE = 0.5;

/** Bytes of weights that may be kept at once. */
export const memoryBudget = (memory = totalmem()): number => Math.floor(memory * SHARE);

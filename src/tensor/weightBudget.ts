import { totalmem } from 'node:os';

/** The WASM heap ends at 4 GiB and XNNPACK keeps a packed copy of every matrix: half of that, less room for activations. */
const WASM_WEIGHT_BUDGET = 1.6 * 2 ** 30;
/** Weights may take half of the machine's memory. */
const MEMORY_SHARE = 0.5;

/** Bytes of f32 weights that a backend may keep at once. */
export function weightBudget(backend: 'tensorflow' | 'wasm', memory = totalmem()): number {
  const share = memory * MEMORY_SHARE;
  return backend === 'wasm' ? Math.min(WASM_WEIGHT_BUDGET, share) : share;
}

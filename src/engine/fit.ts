import type { OpenParams } from '../protocol/engineApi.js';
import { findNativeFolder } from '../tensor/nativeFolder.js';
import type { Fit, WeightBudget } from '../trace/modelFacts.js';

/** The budget of the backend that a run would start; it is not started for this. */
export function expectedBudget({ backend, nativeFolder, memory }: Pick<OpenParams, 'backend' | 'nativeFolder' | 'memory'>): WeightBudget {
  const isNative = backend === 'native' || (backend === 'auto' && findNativeFolder(nativeFolder) !== undefined);
  return { backend: isNative ? 'tensorflow' : 'wasm', bytes: memory };
}

/**
 * Whether a model's weights fit into the budget at once; `disk` if only parts of them do, which is slower, and `no` if not even
 * the largest of the weights that are used together does.
 * @param all bytes of all weights, as f32 or as on disk, whichever is less
 * @param largest bytes (f32) of the largest that has to be there as a whole
 */
export function fitOf(all: number, largest: number, { bytes }: WeightBudget): Fit {
  if (all <= bytes) return 'memory';
  return largest <= bytes ? 'disk' : 'no';
}

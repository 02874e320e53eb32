import { LensError } from '../base/errors.js';

/** How the WASM heap, V8 and TensorFlow say that memory ran out. */
const SIGNS = /Aborted\(|Cannot enlarge memory|memory access out of bounds|Array buffer allocation failed|Invalid typed array length|OOM when allocating|std::bad_alloc|ENOMEM/;

/**
 * Runs `work`; what means "no memory left" becomes E_OUT_OF_MEMORY. `onDead` is called then: an aborted WASM module
 * answers nothing any more.
 */
export async function withMemoryErrors<R>(work: () => R | Promise<R>, onDead: () => void): Promise<R> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LensError || !(error instanceof Error) || !SIGNS.test(error.message)) throw error;
    onDead();
    throw new LensError('E_OUT_OF_MEMORY', 'There was not enough memory for this run.', 'Select less text, close other programs, or use a smaller checkpoint.', { cause: error });
  }
}

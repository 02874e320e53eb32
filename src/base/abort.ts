import { LensError } from './errors.js';

/** Throws E_CANCELLED once the signal is aborted: called between the steps of long work. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new LensError('E_CANCELLED', 'The run was cancelled.');
}

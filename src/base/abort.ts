import { LensError } from './errors.js';

/** Throws E_CANCELLED once the signal is aborted: called between the steps of long work. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new LensError('E_CANCELLED', 'The run was cancelled.');
}

/** Rejects with E_CANCELLED once the signal is aborted, for racing with work; never resolves. */
export function cancelled(signal: AbortSignal): Promise<never> {
  const failed = new Promise<never>((_, reject) => {
    const fail = (): void => reject(new LensError('E_CANCELLED', 'The run was cancelled.'));
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
  failed.catch(() => undefined); // the race may have been won by the work
  return failed;
}

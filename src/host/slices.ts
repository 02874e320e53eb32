/** Long work on the extension host in slices, so that nothing else there waits for it. */

/** A slice is well below what a person notices (50 ms), and other extensions share the thread. */
const SLICE_MS = 8;

/** Lets everything else that is due have its turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Calls `work` for every item, a slice at a time; ends early, with false, once `isOver` says so. */
export async function inSlices<T>(items: readonly T[], work: (item: T) => void, isOver: () => boolean): Promise<boolean> {
  let since = performance.now();
  for (const item of items) {
    work(item);
    if (performance.now() - since < SLICE_MS) continue;
    await nextTurn();
    if (isOver()) return false;
    since = performance.now();
  }
  return !isOver();
}

/** Long work in short slices, so that typing, scrolling and screen readers never wait for the panel. */

/** Milliseconds of building per slice: style and layout of what was built come on top and stay below 50 ms together. */
const SLICE_MS = 8;

export interface Sliced {
  readonly cancel: () => void;
}

/** Calls `work` for every item, yielding to the page between slices; the first slice runs at once. `done` is called after the last item, never before this returns. */
export function inSlices<T>(items: readonly T[], work: (item: T) => void, done: () => void): Sliced {
  let next = 0;
  let cancelled = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const slice = (): void => {
    if (cancelled) return;
    const end = performance.now() + SLICE_MS;
    do {
      const item = items[next];
      if (next >= items.length || item === undefined) {
        queueMicrotask(() => { if (!cancelled) done(); });
        return;
      }
      work(item);
      next++;
    } while (performance.now() < end);
    timer = setTimeout(slice, 0);
  };
  slice();
  return { cancel: () => { cancelled = true; clearTimeout(timer); } };
}

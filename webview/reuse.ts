/**
 * Structural sharing between two snapshots: what did not change keeps its identity, so that a view may compare
 * with `===` and leave 5,000 tokens alone when only the selected token changed.
 */
export function reuse<T>(previous: unknown, next: T): T {
  return share(previous, next) as T;
}

function share(previous: unknown, next: unknown): unknown {
  if (Object.is(previous, next)) return previous;
  if (Array.isArray(previous) && Array.isArray(next)) return shareArrays(previous, next);
  if (isRecord(previous) && isRecord(next)) return shareRecords(previous, next);
  return next;
}

function shareArrays(previous: readonly unknown[], next: readonly unknown[]): unknown {
  let same = previous.length === next.length;
  const shared = next.map((value, i) => {
    const kept = share(previous[i], value);
    if (!Object.is(kept, previous[i])) same = false;
    return kept;
  });
  return same ? previous : shared;
}

function shareRecords(previous: Readonly<Record<string, unknown>>, next: Readonly<Record<string, unknown>>): unknown {
  const keys = Object.keys(next);
  let same = keys.length === Object.keys(previous).length;
  const shared: Record<string, unknown> = {};
  for (const key of keys) {
    shared[key] = share(previous[key], next[key]);
    if (!Object.is(shared[key], previous[key]) || !(key in previous)) same = false;
  }
  return same ? previous : shared;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import type { Lens } from '../lens.js';

/** Goes to the span that took the next most experts. */
export function nextSpan(lens: Lens, what?: unknown): Promise<void> {
  return step(lens, 1, what);
}

/** Goes back to the span that took more. */
export function previousSpan(lens: Lens, what?: unknown): Promise<void> {
  return step(lens, -1, what);
}

async function step(lens: Lens, direction: 1 | -1, what: unknown): Promise<void> {
  const session = lens.sessionOf(what);
  if (session?.result === undefined) void lens.notifier.info('There is no result to step through. Select some text and run Analyze Selection.');
  else await lens.follow.step(session, direction);
}

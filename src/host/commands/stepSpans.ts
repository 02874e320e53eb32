import type { Lens } from '../lens.js';

/** Goes to the span that took the next most experts. */
export function nextSpan(lens: Lens): Promise<void> {
  return step(lens, 1);
}

/** Goes back to the span that took more. */
export function previousSpan(lens: Lens): Promise<void> {
  return step(lens, -1);
}

async function step(lens: Lens, direction: 1 | -1): Promise<void> {
  const session = lens.target;
  if (session?.result === undefined) void lens.notifier.info('There is no result to step through. Select some text and run Analyze Selection.');
  else await lens.follow.step(session, direction);
}

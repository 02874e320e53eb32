import type { Lens } from '../lens.js';
import { sameTarget } from '../target.js';

/** Runs the last text once more, as it is now, with the model and policy that are chosen now. */
export async function runAgain(lens: Lens, what?: unknown): Promise<void> {
  const last = lens.sessionOf(what)?.last;
  if (last === undefined) {
    void lens.notifier.info('Nothing has been run yet. Select some text and run Analyze Selection.');
    return;
  }
  await lens.runner.run(sameTarget(last.target, last.tracker.ranges), last.kind);
}

/** After another model or policy was chosen: the last text, also one whose run failed, unless it was cleared. Returns whether there was one. */
export async function runAgainAsChosen(lens: Lens, what?: unknown): Promise<boolean> {
  const session = lens.sessionOf(what);
  if (session?.last === undefined || session.isCleared) return false;
  await runAgain(lens, what);
  return true;
}

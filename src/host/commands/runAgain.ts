import type { Lens } from '../lens.js';
import { sameTarget } from '../target.js';

/** Runs the last text once more, as it is now, with the model and policy that are chosen now. */
export async function runAgain(lens: Lens): Promise<void> {
  const last = lens.target?.last;
  if (last === undefined) {
    void lens.notifier.info('Nothing has been run yet. Select some text and run Analyze Selection.');
    return;
  }
  await lens.runner.run(sameTarget(last.target, last.tracker.ranges), last.kind);
}

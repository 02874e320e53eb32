import type { Lens } from '../lens.js';
import { sameTarget } from '../target.js';
import { offerDocument, selectedTarget } from './run.js';

/** Runs the same text under Top-K and Top-P: what is selected, or else the text that has a result. */
export async function comparePolicies(lens: Lens): Promise<void> {
  const result = lens.current?.result;
  const selected = selectedTarget(lens);
  const inside = result !== undefined && (selected === undefined || result.text.includes(selected.text));
  const target = inside ? sameTarget(result.target, result.tracker.ranges) : selected;
  if (target === undefined) {
    offerDocument(lens, { kind: 'compare' });
    return;
  }
  lens.panel.show(true);
  await lens.runner.run(target, { kind: 'compare' });
}

import type { Lens } from '../lens.js';
import { offerDocument, resultTarget, selectedTarget } from './run.js';

/**
 * Runs the same text under Top-K and Top-P: what is selected, or else the text that has a result; the line above
 * that text asks for `result` whatever is selected.
 */
export async function comparePolicies(lens: Lens, what?: unknown): Promise<void> {
  const target = what === 'result' ? resultTarget(lens) : (selectedTarget(lens, what) ?? resultTarget(lens, what));
  if (target === undefined) {
    offerDocument(lens, { kind: 'compare' });
    return;
  }
  lens.panel.show(true);
  await lens.runner.run(target, { kind: 'compare' });
}

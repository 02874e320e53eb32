import type { Lens } from '../lens.js';
import { runSelection } from './run.js';

/** Runs the selection with the chosen policy and shows its counts. */
export function analyzeSelection(lens: Lens): Promise<void> {
  return runSelection(lens, { kind: 'analyze' });
}

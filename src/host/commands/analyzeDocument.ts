import type { Lens } from '../lens.js';
import { runDocument } from './run.js';

/** Runs the whole document with the chosen policy and shows its counts. */
export function analyzeDocument(lens: Lens): Promise<void> {
  return runDocument(lens, { kind: 'analyze' });
}

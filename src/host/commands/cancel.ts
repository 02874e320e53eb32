import type { Lens } from '../lens.js';
import { FROM_PANEL } from '../panelMessages.js';

/** Ends the run of the text that is meant; if that has none, every run, but from the panel no other. */
export function cancel(lens: Lens, what?: unknown): void {
  const run = lens.sessionOf(what)?.run;
  if (run !== undefined) run.controller.abort();
  else if (what !== FROM_PANEL) lens.runner.cancelAll();
}

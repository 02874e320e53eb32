/** A run's summary on its way from the engine: counts take one byte each where they fit, which with 94 layers is half of all that is sent. */
import type { RunSummary } from '../trace/run.js';

export interface WireRun extends Omit<RunSummary, 'counts'> {
  /** As in `RunSummary`; Uint16Array only where a token had more than 255 experts. */
  readonly counts: Uint8Array | Uint16Array;
}

const LARGEST = 0xff;

/** Before it is sent. */
export function toWireRun(run: RunSummary): WireRun {
  return run.counts.every((count) => count <= LARGEST) ? { ...run, counts: Uint8Array.from(run.counts) } : run;
}

/** After it has arrived. */
export function fromWireRun(run: WireRun): RunSummary {
  return { ...run, counts: Uint16Array.from(run.counts) };
}

import { LensError } from '../base/errors.js';
import { bytesOfRecord } from '../trace/record.js';
import type { Trace } from '../trace/trace.js';

/** Traces are kept for details until they take this much; the oldest leave first. The newest always stays. */
const MAX_BYTES = 512 * 2 ** 20;

const bytesOf = (trace: Trace): number => trace.layers.reduce((sum, layer) => sum + bytesOfRecord(layer), 0);

/** The traces whose details may still be asked for. */
export class TraceStore {
  readonly #traces = new Map<number, Trace>();
  #next = 1;

  add(trace: Trace): number {
    const id = this.#next++;
    this.#traces.set(id, trace);
    let bytes = [...this.#traces.values()].reduce((sum, each) => sum + bytesOf(each), 0);
    for (const [old, each] of this.#traces) {
      if (bytes <= MAX_BYTES || old === id) break;
      this.#traces.delete(old);
      bytes -= bytesOf(each);
    }
    return id;
  }

  /** @throws E_TRACE_GONE */
  get(id: number): Trace {
    const trace = this.#traces.get(id);
    if (trace === undefined) throw new LensError('E_TRACE_GONE', 'The details of this run are no longer kept.', 'Run it again.');
    return trace;
  }

  release(ids: readonly number[]): void {
    for (const id of ids) this.#traces.delete(id);
  }
}

import { LensError } from '../base/errors.js';
import type { Block, SharedMemory } from '../tensor/memory.js';

/** Numbers of consecutive tokens, row by row: [count, width] in memory that all lanes see. */
export interface Rows {
  readonly values: Float32Array;
  readonly count: number;
  readonly width: number;
}

/** Rows [from, from + count), not copied. */
export const rowsOf = ({ values, width }: Rows, from: number, count: number): Rows => ({ values: values.subarray(from * width, (from + count) * width), count, width });

/** [0, count) in `parts` nearly equal ranges. */
export function evenRanges(count: number, parts: number): (readonly [from: number, to: number])[] {
  return Array.from({ length: parts }, (_, i) => [Math.floor((count * i) / parts), Math.floor((count * (i + 1)) / parts)] as const);
}

/** x += change * factor */
export function addTo({ values: x }: Rows, { values: change }: Rows, factor = 1): void {
  for (let i = 0; i < x.length; i++) x[i] += change[i] * factor;
}

/** Memory for what is computed on the way: what a scope takes is given back at its end. */
export class Scratch {
  readonly #taken: Block[] = [];

  constructor(private readonly memory: SharedMemory) {}

  /** @throws E_OUT_OF_MEMORY */
  floats(count: number): Float32Array {
    const block = this.memory.allocate(count * Float32Array.BYTES_PER_ELEMENT);
    if (block === undefined) {
      throw new LensError('E_OUT_OF_MEMORY', `This run needs more than the ${Math.round(this.memory.limit / 2 ** 20)} MiB that it may use beside the weights.`, 'Select less text.');
    }
    this.#taken.push(block);
    return this.memory.floats(block, count);
  }

  /** Rows with whatever numbers the memory had. */
  rows(count: number, width: number): Rows {
    return { values: this.floats(count * width), count, width };
  }

  /** Rows of zeros. */
  zeros(count: number, width: number): Rows {
    const rows = this.rows(count, width);
    rows.values.fill(0);
    return rows;
  }

  /** Runs `work`; what it took is then free again. Scopes end in the opposite order of their beginnings. */
  async scope<R>(work: () => Promise<R>): Promise<R> {
    const before = this.#taken.length;
    try {
      return await work();
    } finally {
      for (const block of this.#taken.splice(before)) this.memory.free(block);
    }
  }
}

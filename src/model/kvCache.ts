import { LensError } from '../base/errors.js';
import type { Block, SharedMemory } from '../tensor/memory.js';

/** Keys (after rotation) and values of one layer: [heads, capacity, width] each, filled up to the tokens that have been run. */
export interface LayerKeys {
  readonly keys: Float32Array;
  readonly values: Float32Array;
  readonly capacity: number;
}

interface Held {
  readonly block: Block;
  readonly keys: LayerKeys;
}

/** What later tokens need of earlier ones, per layer (keys and values, the last rows before a convolution): a later pass continues from it. */
export class KvCache {
  readonly #layers = new Map<number, Held>();
  readonly #rows = new Map<number, Float32Array>();
  #tokens = 0;

  /** @param capacity most tokens that it will hold */
  constructor(
    private readonly memory: SharedMemory,
    private readonly capacity: number,
  ) {}

  /** Tokens of finished passes: the position of the next token. */
  get tokens(): number {
    return this.#tokens;
  }

  /**
   * Where the keys and values of a layer are; those of a pass are written there from position `tokens` on.
   * @throws E_OUT_OF_MEMORY
   */
  layer(layer: number, heads: number, width: number, valueWidth: number): LayerKeys {
    const known = this.#layers.get(layer);
    if (known !== undefined) return known.keys;
    const { capacity } = this;
    const size = heads * capacity * (width + valueWidth);
    const block = this.memory.allocate(size * Float32Array.BYTES_PER_ELEMENT);
    if (block === undefined) throw new LensError('E_OUT_OF_MEMORY', 'There is no memory for the keys and values of this text.', 'Select less text.');
    const all = this.memory.floats(block, size);
    const keys = { keys: all.subarray(0, heads * capacity * width), values: all.subarray(heads * capacity * width), capacity };
    this.#layers.set(layer, { block, keys });
    return keys;
  }

  /** The `count` rows before those of this pass, for a convolution; zeros at the beginning of a text. */
  rowsBefore(layer: number, count: number, width: number): Float32Array {
    return this.#rows.get(layer) ?? new Float32Array(count * width);
  }

  /** Keeps a copy of rows for the next call of rowsBefore. */
  keepRows(layer: number, rows: Float32Array): void {
    this.#rows.set(layer, rows.slice());
  }

  /** Ends a pass over `tokens` tokens. */
  advance(tokens: number): void {
    this.#tokens += tokens;
  }

  dispose(): void {
    for (const { block } of this.#layers.values()) this.memory.free(block);
    this.#layers.clear();
    this.#rows.clear();
    this.#tokens = 0;
  }
}

import { LensError } from '../base/errors.js';
import type { Block, SharedMemory } from '../tensor/memory.js';

/** Keys (after rotation) and values of one layer: [heads, capacity, width] each, filled up to the tokens that have been run. */
export interface LayerKeys {
  readonly keys: Float32Array;
  readonly values: Float32Array;
  readonly capacity: number;
}

interface Widths {
  readonly heads: number;
  readonly width: number;
  readonly valueWidth: number;
}

/** A layer of one text, which several caches share until one of them goes on with other tokens. */
interface Shared {
  readonly block: Block;
  readonly keys: LayerKeys;
  users: number;
}

/** What later tokens need of earlier ones, per layer: keys and values, or what a convolution sees. A later pass continues from it. */
export class KvCache {
  readonly #layers = new Map<number, Shared>();
  #tokens = 0;

  /**
   * @param capacity most tokens that it will hold
   * @param isKept whether a later pass goes on from it; else a layer is given back as soon as it has been run
   */
  constructor(
    private readonly memory: SharedMemory,
    private capacity: number,
    private readonly isKept: boolean,
  ) {}

  /** Tokens of finished passes: the position of the next token. */
  get tokens(): number {
    return this.#tokens;
  }

  /** Bytes that it keeps; what is shared counts in full. */
  get bytes(): number {
    let sum = 0;
    for (const { block } of this.#layers.values()) sum += block.bytes;
    return sum;
  }

  /**
   * Where the keys and values of a layer are; those of a pass are written there from position `tokens` on.
   * @throws E_OUT_OF_MEMORY
   */
  layer(layer: number, heads: number, width: number, valueWidth: number): LayerKeys {
    const known = this.#layers.get(layer);
    if (known?.users === 1 && known.keys.capacity >= this.capacity) return known.keys;
    const made = this.#make({ heads, width, valueWidth });
    if (known !== undefined) copyTokens(known.keys, made.keys, this.#tokens, { heads, width, valueWidth });
    this.#set(layer, made);
    return made.keys;
  }

  /** Takes over a layer that another cache has computed for the same tokens. */
  adopt(layer: number, from: KvCache): void {
    const shared = from.#layers.get(layer);
    if (shared === undefined) return;
    shared.users++;
    this.#set(layer, shared);
  }

  /** The tokens of a pass have seen each other in this layer. */
  done(layer: number): void {
    if (!this.isKept) this.#release(layer);
  }

  /** Ends a pass over `tokens` tokens. */
  advance(tokens: number): void {
    this.#tokens += tokens;
  }

  /** Forgets what comes after the first `tokens` tokens, and makes room for `capacity` in all. */
  continueAt(tokens: number, capacity: number): void {
    this.#tokens = tokens;
    this.capacity = Math.max(capacity, this.capacity);
  }

  dispose(): void {
    for (const layer of [...this.#layers.keys()]) this.#release(layer);
    this.#tokens = 0;
  }

  #make({ heads, width, valueWidth }: Widths): Shared {
    const { capacity } = this;
    const size = heads * capacity * (width + valueWidth);
    const block = this.memory.allocate(size * Float32Array.BYTES_PER_ELEMENT);
    if (block === undefined) throw new LensError('E_OUT_OF_MEMORY', 'There is no memory for the keys and values of this text.', 'Select less text, or raise moeLens.memoryBudget (--memory).');
    const all = this.memory.floats(block, size);
    return { block, users: 1, keys: { keys: all.subarray(0, heads * capacity * width), values: all.subarray(heads * capacity * width), capacity } };
  }

  #set(layer: number, shared: Shared): void {
    this.#release(layer);
    this.#layers.set(layer, shared);
  }

  #release(layer: number): void {
    const shared = this.#layers.get(layer);
    if (shared === undefined) return;
    this.#layers.delete(layer);
    shared.users--;
    if (shared.users === 0) this.memory.free(shared.block);
  }
}

function copyTokens(from: LayerKeys, into: LayerKeys, tokens: number, { heads, width, valueWidth }: Widths): void {
  for (let h = 0; h < heads; h++) {
    into.keys.set(from.keys.subarray(h * from.capacity * width, (h * from.capacity + tokens) * width), h * into.capacity * width);
    into.values.set(from.values.subarray(h * from.capacity * valueWidth, (h * from.capacity + tokens) * valueWidth), h * into.capacity * valueWidth);
  }
}

import type { KvCache } from '../model/kvCache.js';
import type { SharedMemory } from '../tensor/memory.js';
import type { RoutingRecord } from '../trace/record.js';

/** One window of a text as it was run under one policy: what a run of a text with the same beginning need not compute again. */
export interface Past {
  /** As PolicyRun.key. */
  readonly policy: string;
  readonly ids: Int32Array;
  /** Keys and values of these tokens, or of more. */
  readonly cache: KvCache;
  /** By layer, of these tokens or of more. */
  readonly records: ReadonlyMap<number, RoutingRecord>;
  /** Whether they have every probability. */
  readonly isFull: boolean;
  /** -ln p of each token, NaN for the first; undefined if none was asked for. */
  readonly surprisal: Float32Array | undefined;
}

/** Part of the memory that keys and values of earlier runs may keep. */
const SHARE = 1 / 4;
/** A shorter beginning than this is computed as quickly as it is looked up. */
const WORTH_KEEPING = 16;

/** The runs of late, the oldest first to leave: when they take more than their share of memory, or others need it. */
export class Prefixes {
  readonly #pasts = new Set<Past>();
  readonly #unregister: () => void;

  constructor(private readonly memory: SharedMemory) {
    this.#unregister = memory.onFull(() => this.#letGo());
  }

  /** Bytes of keys and values that may be kept. */
  get limit(): number {
    return this.memory.limit * SHARE;
  }

  /**
   * Takes out the run that has the most tokens in common with `ids` from the first on. At least the last token is left to compute,
   * and the one before what is new: what comes next is another for it.
   * @param fits whether a run may be gone on from
   * @returns the run and how many of its tokens hold; undefined if there is none
   */
  take(policy: string, ids: Int32Array, fits: (past: Past) => boolean): { readonly past: Past; readonly tokens: number } | undefined {
    let best: { readonly past: Past; readonly tokens: number } | undefined;
    for (const past of this.#pasts) {
      if (past.policy !== policy || !fits(past)) continue;
      const tokens = commonLength(past.ids, ids) - 1;
      if (tokens >= WORTH_KEEPING && tokens > (best?.tokens ?? 0)) best = { past, tokens };
    }
    if (best !== undefined) this.#pasts.delete(best.past);
    return best;
  }

  add(past: Past): void {
    if (past.ids.length < WORTH_KEEPING) {
      past.cache.dispose();
      return;
    }
    this.#pasts.add(past);
    while (this.#bytes > this.limit && this.#letGo());
  }

  dispose(): void {
    this.#unregister();
    while (this.#letGo());
  }

  get #bytes(): number {
    let sum = 0;
    for (const { cache } of this.#pasts) sum += cache.bytes;
    return sum;
  }

  #letGo(): boolean {
    for (const past of this.#pasts) {
      this.#pasts.delete(past);
      past.cache.dispose();
      return true;
    }
    return false;
  }
}

function commonLength(a: Int32Array, b: Int32Array): number {
  const most = Math.min(a.length, b.length);
  for (let i = 0; i < most; i++) if (a[i] !== b[i]) return i;
  return most;
}

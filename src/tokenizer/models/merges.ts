/** Tokens in the making, in order: symbol i covers UTF-16 units [starts[i], ends[i]) of the word. */
export interface Symbols {
  readonly ids: Int32Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** Which neighbours merge. A slot stands for a pair that does; -1 is none. */
export interface MergeRule {
  /** The slot of symbols i and j, which follows it. */
  slotOf(symbols: Symbols, i: number, j: number): number;
  /** The lower, the earlier. */
  rankAt(slot: number): number;
  /** The id of what the pair becomes. */
  resultAt(slot: number): number;
}

/** Ranks below it and positions below 2^31 fit into one number (`PairQueue`); the largest released file has 2^19. */
export const MERGES_LIMIT = 2 ** 22;

/** Pairs of ids to their rank and to what they become: open addressing, as real files have half a million. */
export class MergeTable implements MergeRule {
  private readonly mask: number;
  private readonly firsts: Int32Array;
  private readonly seconds: Int32Array;
  private readonly ranks: Int32Array;
  private readonly results: Int32Array;

  constructor(pairs: number) {
    const size = 2 ** Math.ceil(Math.log2(Math.max(pairs, 1) * 2));
    this.mask = size - 1;
    this.firsts = new Int32Array(size).fill(-1);
    this.seconds = new Int32Array(size);
    this.ranks = new Int32Array(size);
    this.results = new Int32Array(size);
  }

  /** A pair set again takes its last rank, as in the reference. */
  set(first: number, second: number, rank: number, result: number): void {
    const slot = this.find(first, second);
    this.firsts[slot] = first;
    this.seconds[slot] = second;
    this.ranks[slot] = rank;
    this.results[slot] = result;
  }

  /** The slot that holds the pair, or the empty one where it would be. */
  private find(first: number, second: number): number {
    let hash = Math.imul(first, 0x9e3779b1) + second;
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
    let slot = (hash ^ (hash >>> 13)) & this.mask;
    while (this.firsts[slot] !== -1 && (this.firsts[slot] !== first || this.seconds[slot] !== second)) slot = (slot + 1) & this.mask;
    return slot;
  }

  slotOf({ ids }: Symbols, i: number, j: number): number {
    const slot = this.find(ids[i], ids[j]);
    return this.firsts[slot] === -1 ? -1 : slot;
  }

  rankAt(slot: number): number {
    return this.ranks[slot];
  }

  resultAt(slot: number): number {
    return this.results[slot];
  }
}

/**
 * Merges the pair of the lowest rank, the leftmost among equals, until none is left: n log n in the length of the word.
 * Source: `Word::merge_all` in models/bpe/word.rs of the reference.
 */
export function mergePairs(symbols: Symbols, rule: MergeRule): Symbols {
  const { ids, starts, ends } = symbols; // merged in place
  const n = ids.length;
  const next = Int32Array.from(ids, (_, i) => i + 1);
  const previous = Int32Array.from(ids, (_, i) => i - 1);
  const pairSlot = new Int32Array(n).fill(-1); // of symbol i and its next; -1 once i is gone or the pair does not merge
  const queue = new PairQueue(3 * n);
  const offer = (i: number): void => {
    pairSlot[i] = -1;
    if (i < 0 || next[i] >= n) return;
    const slot = rule.slotOf(symbols, i, next[i]);
    if (slot < 0) return;
    pairSlot[i] = slot;
    queue.push(rule.rankAt(slot), i);
  };
  for (let i = 0; i < n - 1; i++) offer(i);
  let left = n;
  while (queue.pop()) {
    const i = queue.position;
    const slot = pairSlot[i];
    if (slot < 0 || rule.rankAt(slot) !== queue.rank) continue; // one of the pair has changed since
    const gone = next[i];
    ids[i] = rule.resultAt(slot);
    starts[i] = Math.min(starts[i], starts[gone]);
    ends[i] = Math.max(ends[i], ends[gone]);
    next[i] = next[gone];
    if (next[i] < n) previous[next[i]] = i;
    pairSlot[gone] = -1;
    left--;
    offer(i);
    if (previous[i] >= 0) offer(previous[i]);
  }
  if (left === n) return symbols;
  const kept = new Int32Array(left);
  for (let i = 0, k = 0; k < left; i = next[i]) kept[k++] = i;
  return { ids: kept.map((i) => ids[i]), starts: kept.map((i) => starts[i]), ends: kept.map((i) => ends[i]) };
}

/** A binary heap of (rank, position), both in one number. */
class PairQueue {
  rank = 0;
  position = 0;
  private size = 0;
  private readonly keys: Float64Array;

  constructor(capacity: number) {
    this.keys = new Float64Array(capacity);
  }

  push(rank: number, position: number): void {
    const key = rank * 0x80000000 + position;
    let i = this.size++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (this.keys[parent] <= key) break;
      this.keys[i] = this.keys[parent];
      i = parent;
    }
    this.keys[i] = key;
  }

  /** Takes the first pair out, into `rank` and `position`; false if there is none. */
  pop(): boolean {
    if (this.size === 0) return false;
    const { keys } = this;
    this.rank = Math.floor(keys[0] / 0x80000000);
    this.position = keys[0] % 0x80000000;
    const key = keys[--this.size];
    let i = 0;
    for (let child = 1; child < this.size; child = 2 * i + 1) {
      if (child + 1 < this.size && keys[child + 1] < keys[child]) child++;
      if (keys[child] >= key) break;
      keys[i] = keys[child];
      i = child;
    }
    keys[i] = key;
    return true;
  }
}

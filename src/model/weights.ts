import { LensError } from '../base/errors.js';
import type { TensorStore } from '../checkpoint/tensorStore.js';
import type { Block, SharedMemory } from '../tensor/memory.js';
import type { Numbers } from '../tensor/numbers.js';
import { keyOf, type MatrixRows, type MatrixWeight, type VectorWeight, type Weight } from './weight.js';
import { readForm, storedForm, type Form } from './weightForm.js';

/** What can be asked for: one weight, or several of a kind one behind the other. */
export type Wanted = MatrixWeight | MatrixRows | readonly MatrixWeight[] | VectorWeight | readonly VectorWeight[] | undefined;
/** What all the numbers of one record are asked by. */
export type WantedRecord = Readonly<Record<string, Wanted>>;
type ValuesOf<W extends Wanted> = W extends undefined ? undefined : W extends VectorWeight | readonly VectorWeight[] ? Float32Array : Numbers;
type Held<W> = { readonly [K in keyof W]: W[K] extends Wanted ? ValuesOf<W[K]> : never };

interface Resident {
  readonly values: Numbers;
  readonly block: Block;
}

interface Entry {
  readonly reading: Promise<Resident>;
  /** Set once it has been read. */
  resident?: Resident;
  /** How many pieces of work are using it, or wait for it. */
  users: number;
}

const listOf = (wanted: Exclude<Wanted, undefined>): readonly (Weight | MatrixRows)[] => ('kind' in wanted ? [wanted] : wanted);

/** All memory is in use. */
class NoRoom extends LensError {}

/** Part of the memory that what is read ahead may take. */
const AHEAD_SHARE = 1 / 8;

/**
 * The weights of a checkpoint in memory that all lanes see: read from disk when first used, matrices [out, in] as stored, the least
 * recently used let go of when memory is full. Where all of them fit as f32, they are widened when they are read; else matrices
 * stay as they are on disk, and what multiplies with them widens them.
 */
export class Weights {
  readonly #entries = new Map<string, Entry>();
  /** Keys of what has been looked at for NaN and infinities: files do not change. */
  readonly #checked = new Set<string>();
  readonly #unregister: () => void;
  /** Pieces of work that have their weights, and will let go of them. */
  #working = 0;
  /** What waits for that. */
  readonly #waiting: (() => void)[] = [];

  /** @param keepStored whether matrices are kept as on disk */
  constructor(
    private readonly store: TensorStore,
    private readonly memory: SharedMemory,
    readonly keepStored: boolean,
  ) {
    this.#unregister = memory.onFull(() => this.#letGo());
  }

  /** Bytes that may be in memory at once, all in all. */
  get budget(): number {
    return this.memory.limit;
  }

  /** Brings the weights in and runs `work` with their numbers, in row-major order; only during `work` are they sure to stay. */
  async use<const W extends WantedRecord, R>(wanted: W, work: (values: Held<W>) => R | Promise<R>): Promise<R> {
    return this.hold([wanted], ([values]) => work(values));
  }

  /**
   * The same for many at once, which are read side by side. Where others have the memory that they need, this waits until those are done:
   * so `work` must not ask for more.
   */
  async hold<const W extends WantedRecord, R>(wanted: readonly W[], work: (values: readonly Held<W>[]) => R | Promise<R>): Promise<R> {
    for (;;) {
      const used: Entry[] = [];
      try {
        const values = await this.#values(wanted, used);
        this.#working++;
        try {
          return await work(values);
        } finally {
          this.#working--;
        }
      } catch (error) {
        if (!(error instanceof NoRoom) || this.#working === 0) throw error;
      } finally {
        for (const entry of used) entry.users--;
        for (const wake of this.#waiting.splice(0)) wake();
      }
      await new Promise<void>((resolve) => { this.#waiting.push(resolve); });
    }
  }

  async #values<W extends WantedRecord>(wanted: readonly W[], used: Entry[]): Promise<Held<W>[]> {
    const brought = wanted.map((record) => Object.entries(record).flatMap(([name, each]) => {
      if (each === undefined) return [];
      const entry = this.#bring(listOf(each));
      used.push(entry);
      return [{ name, entry }];
    }));
    await Promise.allSettled(used.map(({ reading }) => reading)); // none may still be read into its memory when others fail
    const values: Held<W>[] = [];
    for (const record of brought) {
      const held: Record<string, Numbers> = {};
      for (const { name, entry } of record) held[name] = (await entry.reading).values;
      values.push(held as Held<W>); // it has the keys of its record, each with its numbers
    }
    return values;
  }

  /** Whether all of it is in memory already. */
  areThere(wanted: readonly WantedRecord[]): boolean {
    return wanted.every((record) => Object.values(record).every((each) => each === undefined || this.#entries.get(listOf(each).map(keyOf).join('|'))?.resident !== undefined));
  }

  /** Begins to read what will soon be used, without waiting for it, as far as there is room. Errors come when it is used. */
  readAhead(wanted: readonly WantedRecord[]): void {
    let left = this.budget * AHEAD_SHARE;
    for (const record of wanted) {
      for (const each of Object.values(record)) {
        if (each === undefined) continue;
        const weights = listOf(each);
        left -= this.#formOf(weights).bytes;
        if (left < 0) return;
        this.#bring(weights).users--;
      }
    }
  }

  /** A vector's numbers, as a copy. */
  values(weight: VectorWeight): Promise<Float32Array> {
    return this.use({ weight }, (w) => w.weight.slice());
  }

  /** Rows of a matrix as stored, unresident: token embeddings are read for the tokens that occur only. [rows.length, in] */
  async rows(weight: MatrixWeight, rows: Int32Array, into: Float32Array): Promise<void> {
    const places = new Map<number, number[]>();
    for (const [i, row] of rows.entries()) {
      const at = places.get(row);
      if (at === undefined) places.set(row, [i]);
      else at.push(i);
    }
    for (const [row, at] of places) {
      const values = await this.store.readFloat32(weight.name, row * weight.in, weight.in);
      for (const i of at) into.set(values, i * weight.in);
    }
  }

  /** Lets go of everything; nothing may be in use. */
  async dispose(): Promise<void> {
    this.#unregister();
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    for (const { reading } of entries) await reading.then(({ block }) => { this.memory.free(block); }, () => undefined);
  }

  /** Counts as used by the caller, who must let go of it, from now on. */
  #bring(weights: readonly (Weight | MatrixRows)[]): Entry {
    const key = weights.map(keyOf).join('|');
    const entry = this.#entries.get(key) ?? this.#newEntry(weights, key);
    this.#entries.delete(key); // to the end of the map: most recently used
    this.#entries.set(key, entry);
    entry.users++;
    return entry;
  }

  #newEntry(weights: readonly (Weight | MatrixRows)[], key: string): Entry {
    const entry: Entry = { reading: this.#read(weights, key), users: 0 };
    entry.reading.then((resident) => { entry.resident = resident; }, () => { if (this.#entries.get(key) === entry) this.#entries.delete(key); });
    return entry;
  }

  #formOf(weights: readonly (Weight | MatrixRows)[]): Form {
    return (this.keepStored ? storedForm(this.store, weights) : undefined) ?? readForm(weights);
  }

  async #read(weights: readonly (Weight | MatrixRows)[], key: string): Promise<Resident> {
    const form = this.#formOf(weights);
    const block = this.memory.allocate(form.bytes);
    if (block === undefined) {
      const mib = (n: number): string => `${Math.ceil(n / 2 ** 20)} MiB`;
      throw new NoRoom('E_OUT_OF_MEMORY', `The weight ${key} needs ${mib(form.bytes)}, and at most ${mib(this.budget)} may be used.`, 'Raise moeLens.memoryBudget (--memory), close other programs, or use a smaller checkpoint.');
    }
    try {
      const values = await form.read(this.store, this.memory, block, !this.#checked.has(key));
      this.#checked.add(key);
      return { values, block };
    } catch (error) {
      this.memory.free(block);
      throw error;
    }
  }

  /** Lets go of what was least recently used. @returns false if everything is in use */
  #letGo(): boolean {
    for (const [key, { resident, users }] of this.#entries) {
      if (resident === undefined || users > 0) continue;
      this.#entries.delete(key);
      this.memory.free(resident.block);
      return true;
    }
    return false;
  }
}

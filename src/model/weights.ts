import { LensError } from '../base/errors.js';
import type { TensorStore } from '../checkpoint/tensorStore.js';
import type { Block, SharedMemory } from '../tensor/memory.js';

/** A weight by its name in the checkpoint and its shape there. A linear layer is stored [out, in]. */
export interface MatrixWeight {
  readonly kind: 'matrix';
  readonly name: string;
  readonly out: number;
  readonly in: number;
  /** Set when it lies in a larger tensor, or the other way round. */
  readonly part?: Part;
}
export interface VectorWeight {
  readonly kind: 'vector';
  readonly name: string;
  readonly length: number;
  readonly part?: Part;
}
export type Weight = MatrixWeight | VectorWeight;

/**
 * Where a weight lies in a tensor, as strides do in NumPy: element (o, i) of a matrix is element offset + o * steps[0] +
 * i * steps[1] of the tensor in row-major order, element i of a vector offset + i * steps[0].
 */
export interface Part {
  /** Shape of the whole tensor. */
  readonly of: readonly number[];
  readonly offset: number;
  readonly steps: readonly [number, number] | readonly [number];
}

export const matrixWeight = (name: string, out: number, inputs: number, part?: Part): MatrixWeight => ({ kind: 'matrix', name, out, in: inputs, ...(part === undefined ? {} : { part }) });
export const vectorWeight = (name: string, length: number, part?: Part): VectorWeight => ({ kind: 'vector', name, length, ...(part === undefined ? {} : { part }) });
/** Shape of the tensor that holds the weight. */
export const shapeOf = (weight: Weight): readonly number[] => weight.part?.of ?? (weight.kind === 'matrix' ? [weight.out, weight.in] : [weight.length]);
/** Elements of the weight itself. */
export const sizeOf = (weight: Weight): number => (weight.kind === 'matrix' ? weight.out * weight.in : weight.length);

/** Some of the output rows of a matrix: the output layer is used in blocks of the vocabulary. */
export interface MatrixRows {
  readonly kind: 'rows';
  readonly of: MatrixWeight;
  readonly from: number;
  readonly count: number;
}

/** What can be asked for: one weight, or several one behind the other. */
export type Wanted = Weight | MatrixRows | readonly Weight[] | undefined;
type ValuesOf<W extends Wanted> = W extends undefined ? undefined : Float32Array;
type Held<W> = { readonly [K in keyof W]: W[K] extends Wanted ? ValuesOf<W[K]> : never };

interface Resident {
  readonly values: Float32Array;
  readonly block: Block;
}

interface Entry {
  readonly reading: Promise<Resident>;
  /** Set once it has been read. */
  resident?: Resident;
  /** How many pieces of work are using it, or wait for it. */
  users: number;
}

/** Tells a weight from every other one, parts of one tensor included. */
export function keyOf(weight: Weight | MatrixRows): string {
  if (weight.kind === 'rows') return `${keyOf(weight.of)}[${weight.from}:${weight.count}]`;
  return weight.part === undefined ? weight.name : `${weight.name}@${weight.part.offset}/${weight.part.steps.join(',')}:${sizeOf(weight)}`;
}

const elementsOf = (weight: Weight | MatrixRows): number => (weight.kind === 'rows' ? weight.count * weight.of.in : sizeOf(weight));
const listOf = (wanted: Exclude<Wanted, undefined>): readonly (Weight | MatrixRows)[] => ('kind' in wanted ? [wanted] : wanted);

/**
 * The weights of a checkpoint in memory that all lanes see: read from disk when first used, widened to f32, matrices [out, in] as
 * stored, the least recently used let go of when the budget is full.
 */
export class Weights {
  readonly #entries = new Map<string, Entry>();

  constructor(
    private readonly store: TensorStore,
    /** Where they are kept. */
    private readonly memory: SharedMemory,
  ) {}

  /** Bytes that may be in memory at once. */
  get budget(): number {
    return this.memory.limit;
  }

  /** Brings the weights in and runs `work` with their numbers, in row-major order; only during `work` are they sure to stay. */
  async use<const W extends Readonly<Record<string, Wanted>>, R>(wanted: W, work: (values: Held<W>) => R | Promise<R>): Promise<R> {
    return this.hold([wanted], ([values]) => work(values));
  }

  /** The same for many at once. */
  async hold<const W extends Readonly<Record<string, Wanted>>, R>(wanted: readonly W[], work: (values: readonly Held<W>[]) => R | Promise<R>): Promise<R> {
    const used: Entry[] = [];
    try {
      const values: Held<W>[] = [];
      for (const record of wanted) {
        const held: Record<string, Float32Array | undefined> = {};
        for (const [name, each] of Object.entries(record)) {
          if (each === undefined) continue;
          const entry = this.#bring(listOf(each));
          used.push(entry);
          held[name] = (await entry.reading).values;
        }
        values.push(held as Held<W>); // it has the keys of `record`, each with its numbers
      }
      return await work(values);
    } finally {
      for (const entry of used) entry.users--;
    }
  }

  /** A vector's numbers, as a copy. */
  values(weight: VectorWeight): Promise<Float32Array> {
    return this.use({ weight }, (w) => w.weight.slice());
  }

  /** Rows of a matrix as stored, unresident: token embeddings are read for the tokens that occur only. [rows.length, in] */
  async rows(weight: MatrixWeight, rows: Int32Array, into: Float32Array): Promise<void> {
    const places = new Map<number, number[]>();
    for (const [i, row] of rows.entries()) places.set(row, [...(places.get(row) ?? []), i]);
    for (const [row, at] of places) {
      const values = await this.store.readFloat32(weight.name, row * weight.in, weight.in);
      for (const i of at) into.set(values, i * weight.in);
    }
  }

  /** Lets go of everything; nothing may be in use. */
  async dispose(): Promise<void> {
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

  async #read(weights: readonly (Weight | MatrixRows)[], key: string): Promise<Resident> {
    const elements = weights.reduce((sum, weight) => sum + elementsOf(weight), 0);
    const block = this.#makeRoom(elements * Float32Array.BYTES_PER_ELEMENT, key);
    try {
      const values = this.memory.floats(block, elements);
      let at = 0;
      for (const weight of weights) {
        values.set(await this.#values(weight), at);
        at += elementsOf(weight);
      }
      return { values, block };
    } catch (error) {
      this.memory.free(block);
      throw error;
    }
  }

  async #values(weight: Weight | MatrixRows): Promise<Float32Array> {
    if (weight.kind === 'vector') {
      const [step] = weight.part?.steps ?? [1];
      return this.#gather(weight.name, weight.part?.offset ?? 0, [weight.length, 1], [step, 1]);
    }
    const { of, from, count } = weight.kind === 'rows' ? weight : { of: weight, from: 0, count: weight.out };
    const [rowStep, columnStep = 1] = of.part?.steps ?? [of.in, 1];
    return this.#gather(of.name, (of.part?.offset ?? 0) + from * rowStep, [count, of.in], [rowStep, columnStep]);
  }

  /** [rows, columns] elements of a tensor, `steps` apart from row to row and from column to column. */
  async #gather(name: string, offset: number, [rows, columns]: readonly [number, number], [rowStep, columnStep]: readonly [number, number]): Promise<Float32Array> {
    const elements = rows * columns;
    if (columnStep === 1 && (rowStep === columns || rows === 1)) return this.store.readFloat32(name, offset, elements);
    const span = await this.store.readFloat32(name, offset, (rows - 1) * rowStep + (columns - 1) * columnStep + 1);
    const result = new Float32Array(elements);
    for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) result[row * columns + column] = span[row * rowStep + column * columnStep];
    return result;
  }

  /** Lets go of what was least recently used, and is not in use, until there is room. */
  #makeRoom(bytes: number, key: string): Block {
    for (;;) {
      const block = this.memory.allocate(bytes);
      if (block !== undefined) return block;
      if (!this.#letGo()) {
        const mib = (n: number): string => `${Math.ceil(n / 2 ** 20)} MiB`;
        throw new LensError('E_OUT_OF_MEMORY', `The weight ${key} needs ${mib(bytes)}, and at most ${mib(this.budget)} may be in memory.`, 'Close other programs, or use a smaller checkpoint.');
      }
    }
  }

  /** @returns false if everything is in use */
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

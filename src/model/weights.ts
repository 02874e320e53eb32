import { LensError } from '../base/errors.js';
import type { TensorStore } from '../checkpoint/tensorStore.js';
import { dispose, keep, matrix, tidy, transpose, vector, type Matrix, type Vector } from '../tensor/ops.js';

/** A weight by its name in the checkpoint and its shape there. A linear layer is stored [out, in]. */
export interface MatrixWeight {
  readonly kind: 'matrix';
  readonly name: string;
  readonly out: number;
  readonly in: number;
}
export interface VectorWeight {
  readonly kind: 'vector';
  readonly name: string;
  readonly length: number;
}
export type Weight = MatrixWeight | VectorWeight;

export const matrixWeight = (name: string, out: number, inputs: number): MatrixWeight => ({ kind: 'matrix', name, out, in: inputs });
export const vectorWeight = (name: string, length: number): VectorWeight => ({ kind: 'vector', name, length });
export const shapeOf = (weight: Weight): readonly number[] => (weight.kind === 'matrix' ? [weight.out, weight.in] : [weight.length]);
export const sizeOf = (weight: Weight): number => shapeOf(weight).reduce((product, size) => product * size, 1);

/** Some of the output rows of a matrix: the output layer is used in blocks of the vocabulary. */
export interface MatrixRows {
  readonly kind: 'rows';
  readonly of: MatrixWeight;
  readonly from: number;
  readonly count: number;
}

type Wanted = Weight | MatrixRows | undefined;
type TensorOf<W extends Wanted> = W extends undefined ? undefined : W extends VectorWeight ? Vector : Matrix;

interface Resident {
  readonly tensor: Matrix | Vector;
  readonly bytes: number;
}

const keyOf = (weight: Weight | MatrixRows): string => (weight.kind === 'rows' ? `${weight.of.name}[${weight.from}:${weight.count}]` : weight.name);

/**
 * The weights of a checkpoint as tensors of the backend: read from disk when first used, widened to f32, matrices
 * turned to [in, out] (the backends' fast path), the least recently used disposed when the budget is full.
 * One run uses it at a time.
 */
export class Weights {
  readonly #resident = new Map<string, Resident>();
  #bytes = 0;
  #pinned: ReadonlySet<string> = new Set();

  constructor(
    private readonly store: TensorStore,
    /** Bytes of f32 that may stay resident. */
    private readonly budget: number,
  ) {}

  /**
   * Brings the weights in and runs `work` with them; only during `work` are they sure to stay.
   * `work` is synchronous: tensors that it makes and does not return are freed.
   */
  async use<const W extends Readonly<Record<string, Wanted>>, R extends Matrix | Vector | Vector[]>(wanted: W, work: (tensors: { readonly [K in keyof W]: TensorOf<W[K]> }) => R): Promise<R> {
    const entries = Object.entries(wanted);
    this.#pinned = new Set(entries.flatMap(([, weight]) => (weight === undefined ? [] : [keyOf(weight)])));
    const tensors: Record<string, Matrix | Vector | undefined> = {};
    for (const [name, weight] of entries) tensors[name] = weight === undefined ? undefined : await this.#tensor(weight);
    // The record has exactly the keys of `wanted`, each with the tensor of its kind.
    return tidy(() => work(tensors as { readonly [K in keyof W]: TensorOf<W[K]> }));
  }

  /** Rows of a matrix as stored, unresident: token embeddings are read for the tokens that occur only. [rows.length, in] */
  async rows(weight: MatrixWeight, rows: Int32Array): Promise<Float32Array> {
    const result = new Float32Array(rows.length * weight.in);
    const read = new Map<number, Float32Array>();
    for (const [i, row] of rows.entries()) {
      const values = read.get(row) ?? (await this.store.readFloat32(weight.name, row * weight.in, weight.in));
      read.set(row, values);
      result.set(values, i * weight.in);
    }
    return result;
  }

  dispose(): void {
    for (const { tensor } of this.#resident.values()) dispose(tensor);
    this.#resident.clear();
    this.#bytes = 0;
  }

  async #tensor(weight: Weight | MatrixRows): Promise<Matrix | Vector> {
    const key = keyOf(weight);
    const known = this.#resident.get(key);
    if (known !== undefined) {
      this.#resident.delete(key); // to the end of the map: most recently used
      this.#resident.set(key, known);
      return known.tensor;
    }
    const elements = weight.kind === 'rows' ? weight.count * weight.of.in : sizeOf(weight);
    const bytes = elements * Float32Array.BYTES_PER_ELEMENT;
    this.#makeRoom(bytes, key);
    const tensor = keep(await this.#read(weight, elements));
    this.#resident.set(key, { tensor, bytes });
    this.#bytes += bytes;
    return tensor;
  }

  async #read(weight: Weight | MatrixRows, elements: number): Promise<Matrix | Vector> {
    if (weight.kind === 'vector') return vector(await this.store.readFloat32(weight.name, 0, elements));
    const { name, columns, from, count } =
      weight.kind === 'rows'
        ? { name: weight.of.name, columns: weight.of.in, from: weight.from, count: weight.count }
        : { name: weight.name, columns: weight.in, from: 0, count: weight.out };
    const data = await this.store.readFloat32(name, from * columns, elements);
    return tidy(() => transpose(matrix(data, count, columns)));
  }

  #makeRoom(bytes: number, key: string): void {
    for (const [name, resident] of this.#resident) {
      if (this.#bytes + bytes <= this.budget) return;
      if (this.#pinned.has(name)) continue;
      dispose(resident.tensor);
      this.#resident.delete(name);
      this.#bytes -= resident.bytes;
    }
    if (this.#bytes + bytes > this.budget) {
      const mib = (n: number): string => `${Math.ceil(n / 2 ** 20)} MiB`;
      throw new LensError('E_OUT_OF_MEMORY', `The weight ${key} needs ${mib(bytes)}, and at most ${mib(this.budget)} may be in memory.`, 'Close other programs, or use a smaller checkpoint or the native backend.');
    }
  }
}

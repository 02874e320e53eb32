import { LensError } from '../base/errors.js';
import type { TensorStore } from '../checkpoint/tensorStore.js';
import { dispose, keep, matrix, read, tidy, transpose, vector, type Matrix, type Vector } from '../tensor/ops.js';

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

type Wanted = Weight | MatrixRows | undefined;
type TensorOf<W extends Wanted> = W extends undefined ? undefined : W extends VectorWeight ? Vector : Matrix;

interface Resident {
  readonly tensor: Matrix | Vector;
  readonly bytes: number;
}

/** Tells a weight from every other one, parts of one tensor included. */
export function keyOf(weight: Weight | MatrixRows): string {
  if (weight.kind === 'rows') return `${keyOf(weight.of)}[${weight.from}:${weight.count}]`;
  return weight.part === undefined ? weight.name : `${weight.name}@${weight.part.offset}/${weight.part.steps.join(',')}:${sizeOf(weight)}`;
}

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

  /** A vector's numbers, for work that is not done by the backend. */
  async values(weight: VectorWeight): Promise<Float32Array> {
    return read(await this.#tensor(weight));
  }

  /** Rows of a matrix as stored, unresident: token embeddings are read for the tokens that occur only. [rows.length, in] */
  async rows(weight: MatrixWeight, rows: Int32Array): Promise<Float32Array> {
    const result = new Float32Array(rows.length * weight.in);
    const known = new Map<number, Float32Array>();
    for (const [i, row] of rows.entries()) {
      const values = known.get(row) ?? (await this.store.readFloat32(weight.name, row * weight.in, weight.in));
      known.set(row, values);
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
    if (weight.kind === 'vector') {
      const [step] = weight.part?.steps ?? [1];
      return vector(await this.#gather(weight.name, weight.part?.offset ?? 0, [elements, 1], [step, 1]));
    }
    const { of, from, count } = weight.kind === 'rows' ? weight : { of: weight, from: 0, count: weight.out };
    const [rowStep, columnStep = 1] = of.part?.steps ?? [of.in, 1];
    const data = await this.#gather(of.name, (of.part?.offset ?? 0) + from * rowStep, [count, of.in], [rowStep, columnStep]);
    return tidy(() => transpose(matrix(data, count, of.in)));
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

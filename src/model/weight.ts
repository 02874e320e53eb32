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

/** Tells a weight from every other one, parts of one tensor included. */
export function keyOf(weight: Weight | MatrixRows): string {
  if (weight.kind === 'rows') return `${keyOf(weight.of)}[${weight.from}:${weight.count}]`;
  return weight.part === undefined ? weight.name : `${weight.name}@${weight.part.offset}/${weight.part.steps.join(',')}:${sizeOf(weight)}`;
}

/** Where the elements of a matrix, or of some of its rows, are in their tensor: [rows, columns] of them from `offset` on, steps apart. */
export interface Layout {
  readonly name: string;
  readonly offset: number;
  readonly rows: number;
  readonly columns: number;
  readonly rowStep: number;
  readonly columnStep: number;
}

/** Of a vector: one column. */
export function layoutOf(weight: Weight | MatrixRows): Layout {
  if (weight.kind === 'vector') {
    const [step] = weight.part?.steps ?? [1];
    return { name: weight.name, offset: weight.part?.offset ?? 0, rows: weight.length, columns: 1, rowStep: step, columnStep: 1 };
  }
  const { of, from, count } = weight.kind === 'rows' ? weight : { of: weight, from: 0, count: weight.out };
  const [rowStep, columnStep = 1] = of.part?.steps ?? [of.in, 1];
  return { name: of.name, offset: (of.part?.offset ?? 0) + from * rowStep, rows: count, columns: of.in, rowStep, columnStep };
}

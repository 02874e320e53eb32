import { LensError } from '../../base/errors.js';
import { quote } from '../jsonValue.js';
import { elementCount } from '../readRange.js';
import type { TensorInfo } from '../tensorStore.js';

/** Rows and columns of a block that shares a scale. */
export type BlockSize = readonly [rows: number, columns: number];

/** What a config says of the blocks of its fp8 weights. */
export interface Fp8Blocks {
  readonly sizes: readonly BlockSize[];
  /** Whether every weight has blocks of these sizes; else blocks of another size are as good. */
  readonly forAll: boolean;
}

/** Which scale belongs to which element of a weight seen as [planes, rows, columns]: a matrix has one plane, fused experts one each. */
export interface ScaleGrid {
  readonly planes: number;
  readonly rows: number;
  readonly columns: number;
  /** Elements of one block. */
  readonly blockRows: number;
  readonly blockColumns: number;
  /** Scales per plane: gridRows x gridColumns, row-major. */
  readonly gridRows: number;
  readonly gridColumns: number;
  /** False when all planes share one grid. */
  readonly ownGrids: boolean;
}

/**
 * The grid that fits a weight and its scales: one scale for the whole, one a row, or one a block of the last two
 * dimensions, the last block of a row or column being cut at the edge. A size that the config names is taken; where it leaves
 * the size open, blocks divide the weight evenly (as transformers' Fp8Dequantize takes them).
 * @throws E_SHAPE when no blocks fit
 */
export function scaleGrid(weight: TensorInfo, scales: TensorInfo, { sizes, forAll }: Fp8Blocks): ScaleGrid {
  const { planes, rows, columns } = asPlanes(weight.shape);
  const shape = asPlanes(scaleShape(weight, scales));
  const fits = shape.planes === 1 || shape.planes === planes;
  const named = sizes.find(([r, c]) => Math.ceil(rows / r) === shape.rows && Math.ceil(columns / c) === shape.columns);
  const [blockRows, blockColumns] = named ?? [rows / shape.rows, columns / shape.columns];
  if (!fits || (forAll && named === undefined) || !isSize(blockRows) || !isSize(blockColumns)) {
    throw new LensError('E_SHAPE', `The scales ${quote(scales.name)} [${scales.shape.join(', ')}] do not fit ${quote(weight.name)} [${weight.shape.join(', ')}]${forAll ? ` in blocks of ${sizes.map((size) => size.join(' x ')).join(' or ')}` : ''}.`, 'Weights of different checkpoints are mixed, or config.json names another weight_block_size.');
  }
  return { planes, rows, columns, blockRows, blockColumns, gridRows: shape.rows, gridColumns: shape.columns, ownGrids: shape.planes > 1 };
}

function isSize(block: number): boolean {
  return Number.isSafeInteger(block) && block >= 1;
}

/** The scales' shape with as many dimensions as the weight: a single number is for all, [n] is for the n rows (or the n matrices). */
function scaleShape(weight: TensorInfo, { shape }: TensorInfo): readonly number[] {
  const missing = Math.max(0, weight.shape.length - shape.length);
  const single = elementCount(shape) === 1;
  return single ? weight.shape.map(() => 1) : [...shape, ...new Array<number>(missing).fill(1)];
}

function asPlanes(shape: readonly number[]): { readonly planes: number; readonly rows: number; readonly columns: number } {
  return { planes: elementCount(shape.slice(0, -2)), rows: shape.at(-2) ?? 1, columns: shape.at(-1) ?? 1 };
}

/** Index of the first scale of the grid row that `row` (counted through all planes) is in. */
export function scaleRowStart(grid: ScaleGrid, row: number): number {
  const plane = grid.ownGrids ? Math.floor(row / grid.rows) : 0;
  return (plane * grid.gridRows + Math.floor((row % grid.rows) / grid.blockRows)) * grid.gridColumns;
}

import type { ShardedStore } from '../shardedStore.js';
import type { TensorInfo } from '../tensorStore.js';
import { e8m0Table } from './float8.js';
import { scaleRowStart, type ScaleGrid } from './scaleGrid.js';
import type { TensorFile } from './tensorFile.js';

/** Scales of neighbouring grid rows; `first` is the index in the whole tensor of values[0]. */
export interface ScaleRange {
  readonly values: Float32Array;
  readonly first: number;
}

/** The scale of an element, counted through the whole tensor. */
export function scaleAt(grid: ScaleGrid, { values, first }: ScaleRange, element: number): number {
  return values[scaleRowStart(grid, Math.floor(element / grid.columns)) - first + Math.floor((element % grid.columns) / grid.blockColumns)];
}

/** The scales of the grid rows that elements [start, start + count) touch: for a matrix in blocks of 128 x 128, 1/128 of its rows' scales. */
export async function readScales(store: ShardedStore<TensorFile>, scales: TensorInfo, grid: ScaleGrid, start: number, count: number): Promise<ScaleRange> {
  const firstRow = Math.floor(start / grid.columns);
  const lastRow = Math.floor((start + count - 1) / grid.columns);
  const isShared = !grid.ownGrids && Math.floor(firstRow / grid.rows) !== Math.floor(lastRow / grid.rows);
  const first = isShared ? 0 : scaleRowStart(grid, firstRow);
  const end = isShared ? grid.gridRows * grid.gridColumns : scaleRowStart(grid, lastRow) + grid.gridColumns;
  return { values: await readScaleNumbers(store, scales, first, end - first), first };
}

async function readScaleNumbers(store: ShardedStore<TensorFile>, { name, dtype }: TensorInfo, first: number, count: number): Promise<Float32Array> {
  if (dtype !== 'U8' && dtype !== 'F8_E8M0') return store.readFloat32(name, first, count);
  const exponents = new Uint8Array(count); // MXFP8: powers of two, which transformers stores as bytes
  await store.fileOf(name).readBytes(name, first, exponents);
  const powers = e8m0Table();
  return Float32Array.from(exponents, (byte) => powers[byte]);
}

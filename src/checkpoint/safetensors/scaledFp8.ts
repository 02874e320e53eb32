import { LensError } from '../../base/errors.js';
import { quote } from '../jsonValue.js';
import { allocate, checkRange, elementCount } from '../readRange.js';
import type { ShardedStore } from '../shardedStore.js';
import { scaledFloat8Type } from '../blocks/scaledFloat8.js';
import type { BlockType, TensorInfo } from '../tensorStore.js';
import { areFinite, notFinite } from '../widen.js';
import { float8Table, isFloat8, type Float8 } from './float8.js';
import { scaleGrid, scaleRowStart, type Fp8Blocks, type ScaleGrid } from './scaleGrid.js';
import { readScales, scaleAt, type ScaleRange } from './scaleRange.js';
import type { ScaledTensor } from './scaledStore.js';
import type { TensorFile } from './tensorFile.js';

/**
 * What the name of a tensor of scales ends with: X.weight_scale_inv of DeepSeek-V3 and transformers' "fp8" (despite
 * its name a factor too), X.weight_scale of compressed-tensors and fbgemm.
 */
const BLOCK_SCALES = '_scale_inv';
const SCALE_ENDINGS = [BLOCK_SCALES, '_scale'];
const SCALE_DTYPES = ['F32', 'BF16', 'F16', 'F8_E8M0', 'U8'];

/** An fp8 weight, its scales, and which scale is for which element. */
interface ScaledWeight {
  readonly weight: TensorInfo;
  readonly dtype: Float8;
  readonly scales: TensorInfo;
  readonly grid: ScaleGrid;
}

/**
 * The fp8 weights that have a tensor of scales beside them. Values are weight x scale, in f32.
 * Source: weight_dequant of DeepSeek-V3 (inference/kernel.py), Fp8Dequantize of transformers, dequantize of compressed-tensors
 * (which multiplies in the scales' own type: its bf16 results are these, rounded).
 * @param blocks what the config says of them
 * @throws E_SHAPE (scales that do not fit), E_DTYPE (scales that are no numbers), E_TENSOR_MISSING (only some have scales)
 */
export function scaledFp8Tensors(store: ShardedStore<TensorFile>, blocks: Fp8Blocks): ScaledTensor[] {
  const found: ScaledTensor[] = [];
  let without: string | undefined;
  for (const weight of store.tensors.values()) {
    const { name, dtype } = weight;
    if (!isFloat8(dtype)) continue;
    const scales = SCALE_ENDINGS.map((ending) => store.tensors.get(name + ending)).find((t) => t !== undefined);
    if (scales === undefined) {
      without ??= name;
      continue;
    }
    if (!SCALE_DTYPES.includes(scales.dtype)) throw new LensError('E_DTYPE', `The scales ${quote(scales.name)} have dtype ${scales.dtype}.`, `One of ${SCALE_DTYPES.join(', ')} is wanted.`);
    const scaled = { weight, dtype, scales, grid: scaleGrid(weight, scales, scales.name.endsWith(BLOCK_SCALES) ? blocks : { ...blocks, forAll: false }) };
    const info = { name, dtype, shape: weight.shape, bytes: weight.bytes + scales.bytes, readable: true };
    found.push({ info, scales: scales.name, read: (start, count) => readScaled(store, scaled, start, count), blocks: blocksOf(store, scaled) });
  }
  if (without !== undefined && found.length > 0) {
    const ending = found[0].scales.slice(found[0].info.name.length);
    throw new LensError('E_TENSOR_MISSING', `The checkpoint has no tensor ${quote(without + ending)}, the scales of ${quote(without)}.`, 'Its download may be incomplete: fetch it again.');
  }
  return found;
}

/** Each block of the grid as blocks with their own scale, where they divide it. */
function blocksOf(store: ShardedStore<TensorFile>, scaled: ScaledWeight): { readonly type: BlockType; readonly read: (start: number, target: Uint8Array) => Promise<void> } | undefined {
  const { weight: { name, shape }, dtype, grid: { columns, blockColumns } } = scaled;
  const type = scaledFloat8Type(dtype, columns, blockColumns);
  if (type === undefined) return undefined;
  const read = async (start: number, target: Uint8Array): Promise<void> => {
    const count = (target.byteLength / type.bytes) * type.elements;
    checkRange(name, elementCount(shape), start, count);
    if (count === 0) return;
    const bytes = new Uint8Array(count);
    await store.fileOf(name).readBytes(name, start, bytes);
    const scales = await readScales(store, scaled.scales, scaled.grid, start, count);
    const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
    for (let i = 0, at = 0; i < count; i += type.elements, at += type.bytes) {
      view.setFloat32(at, scaleAt(scaled.grid, scales, start + i), true);
      target.set(bytes.subarray(i, i + type.elements), at + 4);
    }
  };
  return { type, read };
}

async function readScaled(store: ShardedStore<TensorFile>, scaled: ScaledWeight, start: number, count: number): Promise<Float32Array> {
  const { weight: { name, shape }, dtype } = scaled;
  checkRange(name, elementCount(shape), start, count);
  const values = allocate(name, count);
  const bytes = new Uint8Array(values.buffer, 3 * count, count); // the end of the values' own memory, see widenInPlace
  await store.fileOf(name).readBytes(name, start, bytes);
  if (count > 0) multiply(values, bytes, float8Table(dtype), scaled.grid, start, await readScales(store, scaled.scales, scaled.grid, start, count));
  if (!areFinite(values)) throw notFinite(name, values, start);
  return values;
}

/** values[i] = table[bytes[i]] x its scale; going up never overwrites a byte that is still to be read (widenInPlace). */
function multiply(values: Float32Array, bytes: Uint8Array, table: Float32Array, grid: ScaleGrid, start: number, scales: ScaleRange): void {
  const { columns, blockColumns } = grid;
  for (let i = 0; i < values.length; ) {
    const row = Math.floor((start + i) / columns);
    const rowScales = scaleRowStart(grid, row) - scales.first;
    let column = (start + i) % columns;
    const rowEnd = Math.min(i + columns - column, values.length);
    while (i < rowEnd) {
      const block = Math.floor(column / blockColumns);
      const scale = scales.values[rowScales + block];
      const end = Math.min(i + (block + 1) * blockColumns - column, rowEnd);
      column += end - i;
      for (; i < end; i++) values[i] = table[bytes[i]] * scale;
    }
  }
}

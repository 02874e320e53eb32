import { float8Table, isFloat8, type Float8 } from '../safetensors/float8.js';
import type { BlockType } from '../tensorStore.js';
import type { Dequantize } from './dequantize.js';

/** Elements of a block: what released checkpoints' grids and rows are multiples of, and of small ones. */
const SIZES = [128, 16];
const SCALE_BYTES = 4;

const nameOf = (dtype: Float8, elements: number): string => `${dtype} x ${elements}`;

/**
 * fp8 numbers with their scale before them (f32, little-endian): how a weight of `columns` a row and a scale for each `blockColumns` of them
 * is kept in memory. Undefined where no size of block divides both.
 */
export function scaledFloat8Type(dtype: Float8, columns: number, blockColumns: number): BlockType | undefined {
  const elements = SIZES.find((size) => columns % size === 0 && (blockColumns % size === 0 || blockColumns >= columns));
  return elements === undefined ? undefined : { name: nameOf(dtype, elements), elements, bytes: SCALE_BYTES + elements };
}

const scaledFloat8 = (dtype: Float8, elements: number): Dequantize => (source, blocks, out, at) => {
  const table = float8Table(dtype);
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  let zero = 0;
  for (let b = 0, p = 0, o = at; b < blocks; b++, p += SCALE_BYTES + elements, o += elements) {
    const scale = view.getFloat32(p, true);
    for (let i = 0; i < elements; i++) {
      const value = table[source[p + SCALE_BYTES + i]] * scale;
      out[o + i] = value;
      zero += 0 * out[o + i]; // what is too large for f32 has become an infinity
    }
  }
  return zero === 0;
};

export const SCALED_FLOAT8: readonly (readonly [string, Dequantize])[] = ['F8_E4M3', 'F8_E5M2'].filter(isFloat8).flatMap((dtype) => SIZES.map((elements) => [nameOf(dtype, elements), scaledFloat8(dtype, elements)] as const));

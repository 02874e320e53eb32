import type { BlockType, Dtype } from './tensorStore.js';

/** Every element type of the safetensors format, with its size in bits (safetensors 0.6, enum `Dtype`). */
const DTYPE_BITS: ReadonlyMap<string, number> = new Map([
  ['BOOL', 8], ['F4', 4], ['F6_E2M3', 6], ['F6_E3M2', 6], ['U8', 8], ['I8', 8],
  ['F8_E5M2', 8], ['F8_E4M3', 8], ['F8_E8M0', 8], ['F8_E4M3FNUZ', 8], ['F8_E5M2FNUZ', 8],
  ['I16', 16], ['U16', 16], ['F16', 16], ['BF16', 16], ['I32', 32], ['U32', 32], ['F32', 32],
  ['C64', 64], ['F64', 64], ['I64', 64], ['U64', 64],
]);

/** Bits of one element, undefined for a name that the format does not have. */
export function dtypeBits(dtype: string): number | undefined {
  return DTYPE_BITS.get(dtype);
}

/** True for the types that can be read as numbers here. */
export function isReadable(dtype: string): dtype is Dtype {
  return dtype === 'BF16' || dtype === 'F16' || dtype === 'F32' || dtype === 'F64';
}

/** Bytes of one element of a readable type. */
export function elementBytes(dtype: Dtype): 2 | 4 | 8 {
  if (dtype === 'F64') return 8;
  return dtype === 'F32' ? 4 : 2;
}

const PLAIN_BLOCKS: ReadonlyMap<string, BlockType> = new Map((['F32', 'F16', 'BF16'] as const).map((name) => [name, { name, elements: 1, bytes: elementBytes(name) }]));

/** F64 has none: as f32 it is half as large. */
export function plainBlocks(dtype: string): BlockType | undefined {
  return PLAIN_BLOCKS.get(dtype);
}

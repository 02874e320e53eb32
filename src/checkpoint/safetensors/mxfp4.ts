import { LensError } from '../../base/errors.js';
import { quote } from '../jsonValue.js';
import { allocate, checkRange, elementCount } from '../readRange.js';
import type { ShardedStore } from '../shardedStore.js';
import type { BlockType, TensorInfo } from '../tensorStore.js';
import { areFinite, notFinite } from '../widen.js';
import { e8m0Table } from './float8.js';
import type { ScaledTensor } from './scaledStore.js';
import type { TensorFile } from './tensorFile.js';

const BLOCKS = '_blocks';
const SCALES = '_scales';
/** A block is 16 bytes, two numbers each, and shares one scale. */
const BLOCK_BYTES = 16;
const BLOCK_ELEMENTS = 32;
/** The same numbers as llama.cpp lays them out: the scale, then 16 bytes with elements i and i + 16. */
const GGML_MXFP4: BlockType = { name: 'MXFP4', elements: BLOCK_ELEMENTS, bytes: 1 + BLOCK_BYTES };
/** Blocks decoded at a time, so that reading needs 1 MiB besides the result. */
const BLOCKS_AT_ONCE = 65_536;
/** E2M1: 1 sign, 2 exponent and 1 fraction bits (OCP microscaling formats 1.0, section 5.3.3). */
const E2M1 = Float32Array.of(0, 0.5, 1, 1.5, 2, 3, 4, 6, -0, -0.5, -1, -1.5, -2, -3, -4, -6);

/**
 * Pairs `P_blocks` U8 [..., n / 32, 16] with `P_scales` U8 [..., n / 32]; seen as one tensor `P_blocks`, MXFP4, [..., n].
 * A byte holds two numbers, the low nibble first; a value is its number x 2^(scale - 127), NaN where the scale is 255.
 * Source: convert_moe_packed_tensors of transformers (integrations/mxfp4.py).
 * @throws E_SHAPE when scales and blocks do not fit
 */
export function mxfp4Tensors(store: ShardedStore<TensorFile>): ScaledTensor[] {
  const found: ScaledTensor[] = [];
  for (const blocks of store.tensors.values()) {
    const scales = blocks.name.endsWith(BLOCKS) ? store.tensors.get(blocks.name.slice(0, -BLOCKS.length) + SCALES) : undefined;
    if (scales === undefined || blocks.dtype !== 'U8' || scales.dtype !== 'U8') continue;
    const info = { name: blocks.name, dtype: 'MXFP4', shape: unpackedShape(blocks, scales), bytes: blocks.bytes + scales.bytes, readable: true };
    found.push({ info, scales: scales.name, read: (start, count) => readMxfp4(store, info, scales.name, start, count),
      blocks: { type: GGML_MXFP4, read: (start, target) => readAsGgml(store, info, scales.name, start, target) } });
  }
  return found;
}

function unpackedShape(blocks: TensorInfo, scales: TensorInfo): readonly number[] {
  const outer = blocks.shape.slice(0, -1);
  if (blocks.shape.at(-1) !== BLOCK_BYTES || outer.length === 0 || outer.length !== scales.shape.length || outer.some((size, i) => size !== scales.shape[i])) {
    throw new LensError('E_SHAPE', `${quote(blocks.name)} [${blocks.shape.join(', ')}] and ${quote(scales.name)} [${scales.shape.join(', ')}] do not fit: each scale is for a block of 16 bytes.`, 'The file is damaged, or not MXFP4.');
  }
  return [...outer.slice(0, -1), (outer.at(-1) ?? 0) * BLOCK_ELEMENTS];
}

async function readMxfp4(store: ShardedStore<TensorFile>, { name, shape }: TensorInfo, scalesName: string, start: number, count: number): Promise<Float32Array> {
  checkRange(name, elementCount(shape), start, count);
  const values = allocate(name, count);
  const lastBlock = Math.ceil((start + count) / BLOCK_ELEMENTS);
  const first = Math.floor(start / BLOCK_ELEMENTS);
  for (let block = first; block < lastBlock && count > 0; block += BLOCKS_AT_ONCE) {
    const here = Math.min(BLOCKS_AT_ONCE, lastBlock - block);
    const bytes = new Uint8Array(here * BLOCK_BYTES);
    const scales = new Uint8Array(here);
    await store.fileOf(name).readBytes(name, block * BLOCK_BYTES, bytes);
    await store.fileOf(scalesName).readBytes(scalesName, block, scales);
    decode(values, bytes, scales, block * BLOCK_ELEMENTS - start);
  }
  if (!areFinite(values)) throw notFinite(name, values, start);
  return values;
}

async function readAsGgml(store: ShardedStore<TensorFile>, { name, shape }: TensorInfo, scalesName: string, start: number, target: Uint8Array): Promise<void> {
  const wanted = target.byteLength / GGML_MXFP4.bytes;
  checkRange(name, elementCount(shape), start, wanted * BLOCK_ELEMENTS);
  for (let done = 0; done < wanted; done += BLOCKS_AT_ONCE) {
    const here = Math.min(BLOCKS_AT_ONCE, wanted - done);
    const first = start / BLOCK_ELEMENTS + done;
    const bytes = new Uint8Array(here * BLOCK_BYTES);
    const scales = new Uint8Array(here);
    await store.fileOf(name).readBytes(name, first * BLOCK_BYTES, bytes);
    await store.fileOf(scalesName).readBytes(scalesName, first, scales);
    for (let block = 0; block < here; block++) relayBlock(target, (done + block) * GGML_MXFP4.bytes, scales[block], bytes, block * BLOCK_BYTES);
  }
}

/** Neighbours share a byte here, elements i and i + 16 in llama.cpp's blocks. */
function relayBlock(target: Uint8Array, at: number, scale: number, bytes: Uint8Array, from: number): void {
  target[at] = scale;
  for (let i = 0; i < BLOCK_BYTES; i += 2) {
    const [a, b] = [bytes[from + (i >> 1)], bytes[from + 8 + (i >> 1)]];
    target[at + 1 + i] = (a & 15) | ((b & 15) << 4);
    target[at + 2 + i] = (a >> 4) | (b & 240);
  }
}

/** Decodes whole blocks to values[offset...]; what lies outside of `values` (the rest of a block that a range cuts) is left out. */
function decode(values: Float32Array, bytes: Uint8Array, scales: Uint8Array, offset: number): void {
  const powers = e8m0Table();
  const end = Math.min(scales.length * BLOCK_ELEMENTS, values.length - offset);
  for (let i = Math.max(0, -offset); i < end; i++) {
    const byte = bytes[i >> 1];
    values[offset + i] = E2M1[(i & 1) === 0 ? byte & 15 : byte >> 4] * powers[scales[i >> 5]];
  }
}

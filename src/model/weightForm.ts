import type { BlockType, TensorStore } from '../checkpoint/tensorStore.js';
import type { Block, SharedMemory } from '../tensor/memory.js';
import { checkFinite, type Numbers, type Stored } from '../tensor/numbers.js';
import { layoutOf, type Layout, type MatrixRows, type Weight } from './weight.js';

/** How some weights, one behind the other, are kept in memory. */
export interface Form {
  readonly bytes: number;
  /** Reads them into `block`. `check` also looks for NaN and infinities where that would not be done later. */
  readonly read: (store: TensorStore, memory: SharedMemory, block: Block, check: boolean) => Promise<Numbers>;
}

const elementsOf = ({ rows, columns }: Layout): number => rows * columns;

/** As f32, however they are stored. */
export function readForm(weights: readonly (Weight | MatrixRows)[]): Form {
  const layouts = weights.map(layoutOf);
  const elements = layouts.reduce((sum, layout) => sum + elementsOf(layout), 0);
  return {
    bytes: elements * Float32Array.BYTES_PER_ELEMENT,
    read: async (store, memory, block) => {
      const values = memory.floats(block, elements);
      let at = 0;
      for (const layout of layouts) {
        values.set(await gather(store, layout), at);
        at += elementsOf(layout);
      }
      return values;
    },
  };
}

/** As on disk; undefined for vectors, and where their elements are not whole blocks of one type one behind the other. */
export function storedForm(store: TensorStore, weights: readonly (Weight | MatrixRows)[]): Form | undefined {
  const layouts = weights.map(layoutOf);
  const type = store.blockType(layouts[0].name);
  if (type === undefined || type.name === 'F32' || weights.some(({ kind }) => kind === 'vector') || layouts.some((layout) => !isWholeBlocks(store, layout, type))) return undefined;
  const bytesOf = (layout: Layout): number => (elementsOf(layout) / type.elements) * type.bytes;
  const total = layouts.reduce((sum, layout) => sum + bytesOf(layout), 0);
  return {
    bytes: total,
    read: async (_store, memory, block, check) => {
      const bytes = memory.bytes(block, total);
      let at = 0;
      for (const layout of layouts) {
        await readLayout(store, layout, type, bytes.subarray(at, at + bytesOf(layout)));
        at += bytesOf(layout);
      }
      const stored: Stored = { type, bytes, name: layouts.map(({ name }) => name).join(' or ') };
      if (check) checkFinite(stored);
      return stored;
    },
  };
}

function isWholeBlocks(store: TensorStore, { name, offset, columns, rowStep, columnStep }: Layout, type: BlockType): boolean {
  const own = store.blockType(name);
  return columnStep === 1 && own?.name === type.name && own.elements === type.elements && [offset, columns, rowStep].every((each) => each % type.elements === 0);
}

/** The rows of a layout, at once where they are neighbours. */
async function readLayout(store: TensorStore, { name, offset, rows, columns, rowStep }: Layout, type: BlockType, target: Uint8Array): Promise<void> {
  if (rowStep === columns || rows === 1) return store.readBlocks(name, offset, target);
  const [rowBytes, stepBytes] = [columns, rowStep].map((elements) => (elements / type.elements) * type.bytes);
  const span = new Uint8Array((rows - 1) * stepBytes + rowBytes);
  await store.readBlocks(name, offset, span);
  for (let row = 0; row < rows; row++) target.set(span.subarray(row * stepBytes, row * stepBytes + rowBytes), row * rowBytes);
}

/** The elements of a layout as f32. */
async function gather(store: TensorStore, { name, offset, rows, columns, rowStep, columnStep }: Layout): Promise<Float32Array> {
  const elements = rows * columns;
  if (columnStep === 1 && (rowStep === columns || rows === 1)) return store.readFloat32(name, offset, elements);
  const span = await store.readFloat32(name, offset, (rows - 1) * rowStep + (columns - 1) * columnStep + 1);
  const result = new Float32Array(elements);
  for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) result[row * columns + column] = span[row * rowStep + column * columnStep];
  return result;
}

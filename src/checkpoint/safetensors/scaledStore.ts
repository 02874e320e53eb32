import { noTensor } from '../readRange.js';
import type { ShardedStore } from '../shardedStore.js';
import type { BlockType, TensorInfo, TensorStore } from '../tensorStore.js';
import type { TensorFile } from './tensorFile.js';

/** A tensor of numbers made of two on disk: small ones, and scales for blocks of them. */
export interface ScaledTensor {
  /** As it is seen from outside; `bytes` of both. */
  readonly info: TensorInfo;
  /** The tensor of scales, which is not seen any more. */
  readonly scales: string;
  /** As TensorStore.readFloat32; reads no more blocks and scales than the range touches. */
  readonly read: (start: number, count: number) => Promise<Float32Array>;
  /** As TensorStore.blockType and readBlocks; absent where the scales' blocks can't be kept as such. */
  readonly blocks?: { readonly type: BlockType; readonly read: (start: number, target: Uint8Array) => Promise<void> } | undefined;
}

/** A store in which each scaled tensor is one tensor of plain numbers. */
export function withScaled(raw: ShardedStore<TensorFile>, scaled: readonly ScaledTensor[]): TensorStore {
  if (scaled.length === 0) return raw;
  const tensors = new Map(raw.tensors);
  for (const { info, scales } of scaled) {
    tensors.set(info.name, info);
    tensors.delete(scales);
  }
  const byName = new Map(scaled.map((each) => [each.info.name, each]));
  return {
    tensors,
    readFloat32: async (name, start, count) => {
      if (!tensors.has(name)) throw noTensor(name);
      return byName.get(name)?.read(start, count) ?? raw.readFloat32(name, start, count);
    },
    blockType: (name) => (byName.has(name) ? byName.get(name)?.blocks?.type : raw.blockType(name)),
    readBlocks: (name, start, target) => byName.get(name)?.blocks?.read(start, target) ?? raw.readBlocks(name, start, target),
    close: () => raw.close(),
  };
}

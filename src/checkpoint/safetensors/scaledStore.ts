import { noTensor } from '../readRange.js';
import type { ShardedStore } from '../shardedStore.js';
import type { TensorInfo, TensorStore } from '../tensorStore.js';
import type { TensorFile } from './tensorFile.js';

/** A tensor of numbers made of two on disk: small ones, and scales for blocks of them. */
export interface ScaledTensor {
  /** As it is seen from outside; `bytes` of both. */
  readonly info: TensorInfo;
  /** The tensor of scales, which is not seen any more. */
  readonly scales: string;
  /** As TensorStore.readFloat32; reads no more blocks and scales than the range touches. */
  readonly read: (start: number, count: number) => Promise<Float32Array>;
}

/** A store in which each scaled tensor is one tensor of plain numbers. */
export function withScaled(raw: ShardedStore<TensorFile>, scaled: readonly ScaledTensor[]): TensorStore {
  if (scaled.length === 0) return raw;
  const tensors = new Map(raw.tensors);
  for (const { info, scales } of scaled) {
    tensors.set(info.name, info);
    tensors.delete(scales);
  }
  const readers = new Map(scaled.map(({ info, read }) => [info.name, read]));
  return {
    tensors,
    readFloat32: async (name, start, count) => {
      if (!tensors.has(name)) throw noTensor(name);
      return readers.get(name)?.(start, count) ?? raw.readFloat32(name, start, count);
    },
    close: () => raw.close(),
  };
}

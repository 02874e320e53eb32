import type { TensorStore } from '../checkpoint/tensorStore.js';

/** The same tensors under other names. Where two would get the same name, the first has it. */
export function renamedStore(store: TensorStore, rename: (name: string) => string): TensorStore {
  const originals = new Map<string, string>();
  for (const name of store.tensors.keys()) {
    const renamed = rename(name);
    if (!originals.has(renamed)) originals.set(renamed, name);
  }
  return {
    tensors: new Map([...originals].flatMap(([renamed, name]) => {
      const tensor = store.tensors.get(name);
      return tensor === undefined ? [] : [[renamed, tensor]];
    })),
    readFloat32: (name, start, count) => store.readFloat32(originals.get(name) ?? name, start, count),
    blockType: (name) => store.blockType(originals.get(name) ?? name),
    readBlocks: (name, start, target) => store.readBlocks(originals.get(name) ?? name, start, target),
    close: () => store.close(),
  };
}

/** What a pickle of torch.save is made of here: plain data. Objects of Python become a description, never the object. */
export type PickleValue = null | boolean | number | bigint | string | PickleTuple | PickleList | PickleDict | PickleGlobal | StorageRef | TensorRef;

export interface PickleTuple {
  readonly kind: 'tuple';
  readonly items: readonly PickleValue[];
}

export interface PickleList {
  readonly kind: 'list';
  readonly items: PickleValue[];
}

/** An element type by safetensors' name, and its size. */
export interface ElementType {
  readonly dtype: string;
  readonly bytes: number;
}

/** A name that a pickle may mention; `torch/globals.ts` has them all. */
export interface PickleGlobal {
  readonly kind: 'global';
  readonly name: string;
  /** For a class of typed storages and for a dtype. */
  readonly element?: ElementType;
  /** What calling it gives, undefined for arguments that it does not take. Absent for what can't be called. */
  readonly call?: (args: readonly PickleValue[]) => PickleValue | undefined;
}

/** A record data/KEY of the archive; `count` in elements of its type, in bytes for one without (UntypedStorage). */
export interface StorageRef {
  readonly kind: 'storage';
  readonly key: string;
  readonly element: ElementType | undefined;
  readonly count: number;
}

/** A tensor as it was pickled, not yet compared with the archive; offset and stride in elements. */
export interface TensorRef {
  readonly kind: 'tensor';
  readonly storage: StorageRef;
  readonly element: ElementType;
  readonly offset: number;
  readonly size: readonly number[];
  readonly stride: readonly number[];
}

/** A dict or OrderedDict. Most are empty (every tensor has one for its hooks), so the map is made when it is needed. */
export class PickleDict {
  readonly kind = 'dict';
  #entries: Map<string | number | boolean | null, PickleValue> | undefined;

  /** @returns false for a key that is no plain value, or a name that is there already */
  set(key: PickleValue, value: PickleValue): boolean {
    if (typeof key === 'object' && key !== null) return false;
    if (typeof key === 'bigint') return false;
    this.#entries ??= new Map();
    if (typeof key === 'string' && this.#entries.has(key)) return false;
    this.#entries.set(key, value);
    return true;
  }

  get(key: string): PickleValue | undefined {
    return this.#entries?.get(key);
  }

  get isEmpty(): boolean {
    return this.#entries === undefined;
  }

  *[Symbol.iterator](): Generator<readonly [string | number | boolean | null, PickleValue]> {
    if (this.#entries !== undefined) yield* this.#entries;
  }
}

import { refused, type PickleBytes } from './pickleBytes.js';
import type { PickleValue } from './pickleValues.js';

/** Values that wait for their container. Python's pickler hands lists and dicts on in batches of 1,000. */
const MAX_STACK = 16_384;
/** Values kept for a second use; a tensor takes about 11. */
const MAX_MEMO = 1_048_576;
/** Values pushed, each up to 40 bytes of memory where it is kept; a tensor takes 22 to 29. */
const MAX_VALUES = 2_097_152;
/** Tuples, lists, dicts, storages and tensors, up to 300 bytes of memory each; a tensor takes 8, an nn.Parameter 12. */
const MAX_OBJECTS = 393_216;

/** What a pickle's opcodes work on: a stack with marks, and a memo, both bounded. Whatever does not fit ends the reading with E_PICKLE. */
export class PickleMachine {
  readonly #stack: PickleValue[] = [];
  /** Heights of the stack at the marks. */
  readonly #marks: number[] = [];
  readonly #memo: PickleValue[] = [];
  #values = 0;
  #objects = 0;

  constructor(
    readonly input: PickleBytes,
    private readonly path: string,
  ) {}

  refuse(why: string): never {
    throw refused(this.path, why);
  }

  push(value: PickleValue): void {
    if (typeof value === 'object' && value !== null && ++this.#objects > MAX_OBJECTS) this.refuse(`has a pickle with more than ${MAX_OBJECTS} objects`);
    this.#add(value);
  }

  pop(): PickleValue {
    const value = this.#stack.length > this.#floor ? this.#stack.pop() : undefined;
    return value === undefined ? this.refuse('has a pickle that takes a value where none is') : value;
  }

  /** The last `count` values, in their order. */
  popMany(count: number): readonly PickleValue[] {
    if (this.#stack.length - this.#floor < count) this.refuse('has a pickle that takes a value where none is');
    return this.#stack.splice(this.#stack.length - count);
  }

  mark(): void {
    if (this.#marks.length >= MAX_STACK) this.refuse(`has a pickle with more than ${MAX_STACK} marks`);
    this.#marks.push(this.#stack.length);
  }

  popToMark(): readonly PickleValue[] {
    const height = this.#marks.pop();
    return height === undefined ? this.refuse('has a pickle that looks for a mark where none is') : this.#stack.splice(height);
  }

  top(): PickleValue {
    const value = this.#stack.length > this.#floor ? this.#stack.at(-1) : undefined;
    return value === undefined ? this.refuse('has a pickle that takes a value where none is') : value;
  }

  /** Under the next number, from 0 on. */
  memoize(): void {
    this.put(this.#memo.length);
  }

  put(index: number): void {
    if (index >= MAX_MEMO) this.refuse(`has a pickle that remembers more than ${MAX_MEMO} values`);
    this.#memo[index] = this.top();
  }

  recall(index: number): void {
    const value = this.#memo[index];
    if (value === undefined) this.refuse(`has a pickle that recalls value ${index}, which it did not remember`);
    this.#add(value);
  }

  result(): PickleValue {
    const value = this.pop();
    if (this.#stack.length > 0 || this.#marks.length > 0) this.refuse('has a pickle that ends with values left over');
    return value;
  }

  #add(value: PickleValue): void {
    if (this.#stack.length >= MAX_STACK) this.refuse(`has a pickle with more than ${MAX_STACK} values waiting`);
    if (++this.#values > MAX_VALUES) this.refuse(`has a pickle with more than ${MAX_VALUES} values`);
    this.#stack.push(value);
  }

  get #floor(): number {
    return this.#marks.at(-1) ?? 0;
  }
}

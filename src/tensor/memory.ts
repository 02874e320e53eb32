/**
 * Memory that every thread of the process sees. Its pieces begin at multiples of 64 bytes: TensorFlow takes such memory as a
 * tensor as it is, without copying (TF_NewTensor copies what is aligned worse). What was freed is used again, so that
 * the process never holds more than the most that was in use at once.
 */
const PAGE = 65_536;
const ALIGNMENT = 64;
/** Address space taken at a time; memory itself is taken as it is used. One arena is at most what WebAssembly allows. */
const ARENA_BYTES = 2 ** 30;
const MAX_ARENA_BYTES = 65_535 * PAGE;
/** An arena grows by at least this much. */
const GROWTH_BYTES = 16 * 2 ** 20;

/** As far as it is used here; TypeScript knows it as a thing of browsers only. */
interface WasmMemory {
  readonly buffer: SharedArrayBuffer;
  grow(pages: number): number;
}
declare const WebAssembly: { readonly Memory: new (options: { initial: number; maximum: number; shared: true }) => WasmMemory };

/** A piece of shared memory. */
export interface Block {
  readonly arena: number;
  readonly offset: number;
  readonly bytes: number;
}

interface Hole {
  readonly offset: number;
  readonly bytes: number;
}

/** One growing piece of address space and the holes in it, by ascending offset. */
class Arena {
  readonly #memory: WasmMemory;
  readonly #limit: number;
  #end = 0;
  #holes: Hole[] = [];

  constructor(bytes: number) {
    this.#limit = bytes;
    this.#memory = new WebAssembly.Memory({ initial: 1, maximum: bytes / PAGE, shared: true });
  }

  /** The first place that is large enough; undefined if there is none. */
  allocate(bytes: number): number | undefined {
    const at = this.#holes.findIndex((hole) => hole.bytes >= bytes);
    const hole = this.#holes[at] as Hole | undefined;
    if (hole !== undefined) {
      const rest = { offset: hole.offset + bytes, bytes: hole.bytes - bytes };
      this.#holes.splice(at, 1, ...(rest.bytes === 0 ? [] : [rest]));
      return hole.offset;
    }
    if (this.#end + bytes > this.#limit || !this.#grow(this.#end + bytes)) return undefined;
    const offset = this.#end;
    this.#end += bytes;
    return offset;
  }

  free(offset: number, bytes: number): void {
    const after = this.#holes.findIndex((hole) => hole.offset > offset);
    const at = after === -1 ? this.#holes.length : after;
    const before = this.#holes[at - 1] as Hole | undefined;
    const next = this.#holes[at] as Hole | undefined;
    const joinsBefore = before !== undefined && before.offset + before.bytes === offset;
    const joinsNext = next !== undefined && next.offset === offset + bytes;
    const start = joinsBefore ? before.offset : offset;
    const end = joinsNext ? next.offset + next.bytes : offset + bytes;
    const isLast = end === this.#end;
    this.#holes.splice(at - (joinsBefore ? 1 : 0), (joinsBefore ? 1 : 0) + (joinsNext ? 1 : 0), ...(isLast ? [] : [{ offset: start, bytes: end - start }]));
    if (isLast) this.#end = start;
  }

  get buffer(): SharedArrayBuffer {
    return this.#memory.buffer;
  }

  #grow(end: number): boolean {
    const missing = end - this.#memory.buffer.byteLength;
    if (missing <= 0) return true;
    const pages = Math.ceil(Math.max(missing, Math.min(GROWTH_BYTES, this.#limit - this.#memory.buffer.byteLength)) / PAGE);
    try {
      this.#memory.grow(pages);
      return true;
    } catch {
      return false; // the machine has no more
    }
  }
}

/** Hands out shared memory up to a limit. */
export class SharedMemory {
  readonly #arenas: Arena[] = [];
  #used = 0;

  /** @param limit bytes that may be in use at once */
  constructor(readonly limit: number) {}

  /** Bytes in use. */
  get used(): number {
    return this.#used;
  }

  /** @returns undefined if that much is not left */
  allocate(bytes: number): Block | undefined {
    const rounded = Math.max(ALIGNMENT, Math.ceil(bytes / ALIGNMENT) * ALIGNMENT);
    if (this.#used + rounded > this.limit || rounded > MAX_ARENA_BYTES) return undefined;
    for (const [arena, each] of this.#arenas.entries()) {
      const offset = each.allocate(rounded);
      if (offset !== undefined) return this.#taken(arena, offset, rounded);
    }
    const arena = new Arena(Math.ceil(Math.min(MAX_ARENA_BYTES, Math.max(ARENA_BYTES, rounded)) / PAGE) * PAGE);
    const offset = arena.allocate(rounded);
    if (offset === undefined) return undefined;
    return this.#taken(this.#arenas.push(arena) - 1, offset, rounded);
  }

  free({ arena, offset, bytes }: Block): void {
    this.#arenas[arena].free(offset, bytes);
    this.#used -= bytes;
  }

  /** The first `count` numbers of a block; what they are is left from its last use. */
  floats({ arena, offset }: Block, count: number): Float32Array {
    return new Float32Array(this.#arenas[arena].buffer, offset, count);
  }

  #taken(arena: number, offset: number, bytes: number): Block {
    this.#used += bytes;
    return { arena, offset, bytes };
  }
}

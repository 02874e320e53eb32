/**
 * Memory that every thread of the process sees. Its pieces begin at multiples of 64 bytes: TensorFlow takes such memory as a
 * tensor as it is, without copying (TF_NewTensor copies what is aligned worse). Memory that was touched once stays with the process,
 * so what counts against the limit is how far the arenas reach, holes included; what was freed is used again.
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
  /** The most that `#end` has been: what the process holds. */
  #touched = 0;
  #holes: Hole[] = [];

  constructor(bytes: number) {
    this.#limit = bytes;
    this.#memory = new WebAssembly.Memory({ initial: 1, maximum: bytes / PAGE, shared: true });
  }

  get touched(): number {
    return this.#touched;
  }

  /**
   * The first place that is large enough; undefined if there is none.
   * @param more bytes that may be touched for the first time
   */
  allocate(bytes: number, more: number): number | undefined {
    const at = this.#holes.findIndex((hole) => hole.bytes >= bytes);
    const hole = this.#holes[at] as Hole | undefined;
    if (hole !== undefined) {
      const rest = { offset: hole.offset + bytes, bytes: hole.bytes - bytes };
      this.#holes.splice(at, 1, ...(rest.bytes === 0 ? [] : [rest]));
      return hole.offset;
    }
    const end = this.#end + bytes;
    if (end > this.#limit || end - this.#touched > more || !this.#grow(end)) return undefined;
    const offset = this.#end;
    this.#end = end;
    this.#touched = Math.max(this.#touched, end);
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

/** Hands out shared memory up to a limit. Who keeps things that could be made again registers a way to let go of them. */
export class SharedMemory {
  readonly #arenas: Arena[] = [];
  readonly #keepers = new Set<() => boolean>();
  #used = 0;

  /** @param limit bytes that may be held at once; when it is lowered, what is held already stays */
  constructor(public limit: number) {}

  /** Bytes that the process holds for it, in use or not. */
  get touched(): number {
    return this.#arenas.reduce((sum, { touched }) => sum + touched, 0);
  }

  /** Bytes in use. */
  get used(): number {
    return this.#used;
  }

  /**
   * When memory runs out, `letGo` is called until there is enough, those registered first before others.
   * @param letGo gives something back; false if it has nothing that could be spared
   * @returns ends the registration
   */
  onFull(letGo: () => boolean): () => void {
    this.#keepers.add(letGo);
    return () => { this.#keepers.delete(letGo); };
  }

  /** @returns undefined if that much is not left, whatever is let go of */
  allocate(bytes: number): Block | undefined {
    const rounded = Math.max(ALIGNMENT, Math.ceil(bytes / ALIGNMENT) * ALIGNMENT);
    if (rounded > Math.min(this.limit, MAX_ARENA_BYTES)) return undefined;
    for (;;) {
      const block = this.#place(rounded);
      if (block !== undefined) return block;
      if (![...this.#keepers].some((letGo) => letGo())) return undefined;
    }
  }

  free({ arena, offset, bytes }: Block): void {
    this.#arenas[arena].free(offset, bytes);
    this.#used -= bytes;
  }

  /** The first `count` numbers of a block; what they are is left from its last use. */
  floats({ arena, offset }: Block, count: number): Float32Array {
    return new Float32Array(this.#arenas[arena].buffer, offset, count);
  }

  /** The first `count` bytes of a block. */
  bytes({ arena, offset }: Block, count: number): Uint8Array {
    return new Uint8Array(this.#arenas[arena].buffer, offset, count);
  }

  /** First where something was before, then in what is new. */
  #place(bytes: number): Block | undefined {
    const left = this.limit - this.touched;
    for (const more of [0, left]) {
      for (const [arena, each] of this.#arenas.entries()) {
        const offset = each.allocate(bytes, more);
        if (offset !== undefined) return this.#taken(arena, offset, bytes);
      }
    }
    if (bytes > left) return undefined;
    const arena = new Arena(Math.ceil(Math.min(MAX_ARENA_BYTES, Math.max(ARENA_BYTES, bytes)) / PAGE) * PAGE);
    const offset = arena.allocate(bytes, left);
    if (offset === undefined) return undefined;
    return this.#taken(this.#arenas.push(arena) - 1, offset, bytes);
  }

  #taken(arena: number, offset: number, bytes: number): Block {
    this.#used += bytes;
    return { arena, offset, bytes };
  }
}

/** Zip archives and pickles as torch.save writes them, and as it does not: made without the code under test. */

/** One file in a zip archive. What is not said is as in an honest one. */
export interface ZipRecord {
  readonly name: string | Uint8Array;
  readonly data: Uint8Array;
  /** 0 stored, 8 deflated. */
  readonly method?: number;
  readonly flags?: number;
  /** What the directory says of size and place. */
  readonly size?: number;
  readonly compressedSize?: number;
  readonly offset?: number;
  /** Sizes and place as 64-bit numbers in an extra field. */
  readonly zip64?: boolean;
  readonly extra?: Uint8Array;
}

export interface ZipEnd {
  readonly count?: number;
  readonly directoryOffset?: number;
  readonly comment?: string;
  /** The end of the directory as 64-bit numbers. */
  readonly zip64?: boolean;
}

const FULL = 0xffffffff;

/** A zip archive (APPNOTE 4.3); each record's data begins at a multiple of 64, as torch's does. */
export function zip(records: readonly ZipRecord[], end: ZipEnd = {}): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const record of records) {
    const name = Buffer.from(record.name);
    const padding = Buffer.alloc((64 - ((at + 30 + name.length + 4) % 64)) % 64);
    const extra = Buffer.concat([u16(0x4246), u16(padding.length), padding]);
    const size = record.size ?? record.data.length;
    const compressedSize = record.compressedSize ?? record.data.length;
    const offset = record.offset ?? at;
    const common = (wide: boolean, extraLength: number): Buffer => Buffer.concat([
      u16(0), u16(record.flags ?? 0), u16(record.method ?? 0), u32(0), u32(0), u32(wide ? FULL : compressedSize), u32(wide ? FULL : size), u16(name.length), u16(extraLength),
    ]);
    parts.push(u32(0x04034b50), common(record.zip64 === true, extra.length), name, extra, Buffer.from(record.data));
    const wide = record.zip64 === true;
    const theirs = wide ? Buffer.concat([u16(1), u16(24), u64(size), u64(compressedSize), u64(offset)]) : Buffer.from(record.extra ?? []);
    directory.push(u32(0x02014b50), u16(0), common(wide, theirs.length), u16(0), u16(0), u16(0), u32(0), u32(wide ? FULL : offset), name, theirs);
    at += 30 + name.length + extra.length + record.data.length;
  }
  const list = Buffer.concat(directory);
  const count = end.count ?? records.length;
  const start = end.directoryOffset ?? at;
  const wideEnd = Buffer.concat([u32(0x06064b50), u64(44), u16(45), u16(45), u32(0), u32(0), u64(count), u64(count), u64(list.length), u64(start), u32(0x07064b50), u32(0), u64(at + list.length), u32(1)]);
  const comment = Buffer.from(end.comment ?? '');
  const counts = end.zip64 === true ? [u16(0xffff), u16(0xffff), u32(FULL), u32(FULL)] : [u16(count & 0xffff), u16(count & 0xffff), u32(list.length), u32(start % 2 ** 32)];
  return Buffer.concat([...parts, list, ...(end.zip64 === true ? [wideEnd] : []), u32(0x06054b50), u16(0), u16(0), ...counts, u16(comment.length), comment]);
}

/** A torch archive: data.pkl, what else is given, storages by their keys. */
export function torchArchive(pickle: Uint8Array, storages: Readonly<Record<string, Uint8Array>> = {}, more: Readonly<Record<string, string>> = {}): Buffer {
  return zip([
    { name: 'archive/data.pkl', data: pickle },
    ...Object.entries(more).map(([name, text]) => ({ name: `archive/${name}`, data: Buffer.from(text) })),
    ...Object.entries(storages).map(([key, data]) => ({ name: `archive/data/${key}`, data })),
    { name: 'archive/version', data: Buffer.from('3\n') },
  ]);
}

/** Opcodes by their names in CPython's pickletools, with their arguments. */
export const op = {
  global: (module: string, name: string): Buffer => Buffer.from(`c${module}\n${name}\n`),
  text: (text: string): Buffer => Buffer.concat([Buffer.from('X'), u32(Buffer.byteLength(text)), Buffer.from(text)]),
  int: (n: number): Buffer => Buffer.concat([Buffer.from('J'), i32(n)]),
  long: (...bytes: readonly number[]): Buffer => Buffer.from([0x8a, bytes.length, ...bytes]),
  float: (n: number): Buffer => {
    const bytes = Buffer.alloc(9, 'G');
    bytes.writeDoubleBE(n, 1);
    return bytes;
  },
  put: (index: number): Buffer => Buffer.concat([Buffer.from('r'), u32(index)]),
  get: (index: number): Buffer => Buffer.concat([Buffer.from('j'), u32(index)]),
  mark: Buffer.from('('),
  none: Buffer.from('N'),
  false: Buffer.from([0x89]),
  emptyTuple: Buffer.from(')'),
  tuple: Buffer.from('t'),
  tuple1: Buffer.from([0x85]),
  tuple2: Buffer.from([0x86]),
  emptyList: Buffer.from(']'),
  append: Buffer.from('a'),
  appends: Buffer.from('e'),
  emptyDict: Buffer.from('}'),
  setItem: Buffer.from('s'),
  setItems: Buffer.from('u'),
  reduce: Buffer.from('R'),
  build: Buffer.from('b'),
  persistentId: Buffer.from('Q'),
} as const;

/** PROTO 2, the opcodes, STOP. */
export function pickle(...code: readonly Uint8Array[]): Buffer {
  return Buffer.concat([Buffer.from([0x80, 2]), ...code, Buffer.from('.')]);
}

export const counts = (numbers: readonly number[]): Buffer => Buffer.concat([op.mark, ...numbers.map((n) => op.int(n)), op.tuple]);

/** ("storage", class, key, "cpu", count) */
export function storage(type: string, key: string, count: Uint8Array): Buffer {
  return Buffer.concat([op.mark, op.text('storage'), op.global('torch', type), op.text(key), op.text('cpu'), count, op.tuple, op.persistentId]);
}

/** A tensor with its arguments as opcodes. */
export function tensor(from: Uint8Array, offset: Uint8Array, size: Uint8Array, stride: Uint8Array): Buffer {
  const hooks = Buffer.concat([op.global('collections', 'OrderedDict'), op.emptyTuple, op.reduce]);
  return Buffer.concat([op.global('torch._utils', '_rebuild_tensor_v2'), op.mark, from, offset, size, stride, op.false, hooks, op.tuple, op.reduce]);
}

export interface PlainTensor {
  readonly type?: string;
  readonly key?: string;
  readonly count: number;
  readonly offset?: number;
  readonly size: readonly number[];
  readonly stride: readonly number[];
}

export function plainTensor({ type = 'FloatStorage', key = '0', count, offset = 0, size, stride }: PlainTensor): Buffer {
  return tensor(storage(type, key, op.int(count)), op.int(offset), counts(size), counts(stride));
}

/** A pickled dict. */
export function dict(entries: Readonly<Record<string, Uint8Array>>): Buffer {
  return Buffer.concat([op.emptyDict, op.mark, ...Object.entries(entries).flatMap(([name, value]) => [op.text(name), value]), op.setItems]);
}

export function floats(...values: readonly number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}

function u16(n: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(n);
  return bytes;
}

function u32(n: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(n);
  return bytes;
}

function i32(n: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(n);
  return bytes;
}

function u64(n: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(n));
  return bytes;
}

/** GGUF bytes, made without the code under test. Source: the format's specification (ggml, docs/gguf.md). */

/** Numbers of value types (`enum gguf_type`). */
export const VALUE = { u8: 0, i8: 1, u16: 2, i16: 3, u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9, u64: 10, i64: 11, f64: 12 } as const;
export type ScalarType = Exclude<keyof typeof VALUE, 'array'>;

/** Numbers of some tensor types (`enum ggml_type`). */
export const TENSOR = { F32: 0, F16: 1, Q4_0: 2, Q4_1: 3, Q5_0: 6, Q5_1: 7, Q8_0: 8, Q2_K: 10, Q3_K: 11, Q4_K: 12, Q5_K: 13, Q6_K: 14, IQ2_XXS: 16, IQ4_NL: 20, IQ4_XS: 23, I32: 26, F64: 28, BF16: 30, MXFP4: 39 } as const;

export interface TestTensor {
  readonly name: string | Uint8Array;
  /** Row-major; written the other way round. */
  readonly shape: readonly (number | bigint)[];
  readonly type: number;
  readonly data: Uint8Array;
  /** In the data section, instead of the next place. */
  readonly offset?: number | bigint;
}

export interface GgufParts {
  readonly entries?: readonly Uint8Array[];
  readonly tensors?: readonly TestTensor[];
  readonly magic?: string;
  readonly version?: number;
  /** How far tensors are apart; says nothing about it in the metadata. */
  readonly alignment?: number;
  /** Instead of the true counts. */
  readonly entryCount?: number | bigint;
  readonly tensorCount?: number | bigint;
}

export function gguf({ entries = [], tensors = [], magic = 'GGUF', version = 3, alignment = 32, entryCount = entries.length, tensorCount = tensors.length }: GgufParts): Buffer {
  const infos: Uint8Array[] = [];
  const data: Uint8Array[] = [];
  let end = 0;
  for (const { name, shape, type, data: bytes, offset = end } of tensors) {
    infos.push(text(name), number('u32', shape.length), ...[...shape].reverse().map((n) => number('u64', n)), number('u32', type), number('u64', offset));
    const padded = Buffer.alloc(Math.ceil(bytes.length / alignment) * alignment);
    padded.set(bytes);
    data.push(padded);
    end += padded.length;
  }
  const header = Buffer.concat([Buffer.from(magic), number('u32', version), number('u64', tensorCount), number('u64', entryCount), ...entries, ...infos]);
  return Buffer.concat([header, Buffer.alloc(-header.length & (alignment - 1)), ...data]);
}

export function entry(key: string | Uint8Array, type: ScalarType, value: Scalar): Buffer {
  return Buffer.concat([text(key), number('u32', VALUE[type]), scalar(type, value)]);
}

/** @param length instead of the true one */
export function arrayEntry(key: string, type: ScalarType, values: readonly Scalar[], length: number | bigint = values.length): Buffer {
  return Buffer.concat([text(key), number('u32', VALUE.array), number('u32', VALUE[type]), number('u64', length), ...values.map((v) => scalar(type, v))]);
}

/** A string: its bytes behind their number. */
export function text(value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([number('u64', bytes.length), bytes]);
}

export type Scalar = number | bigint | boolean | string | Uint8Array;

function scalar(type: ScalarType, value: Scalar): Buffer {
  if (type === 'string') return text(typeof value === 'string' || value instanceof Uint8Array ? value : String(value));
  if (typeof value === 'string' || value instanceof Uint8Array) throw new Error(`${type} is a number`);
  return number(type, typeof value === 'boolean' ? Number(value) : value);
}

export function number(type: Exclude<ScalarType, 'string'>, value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  switch (type) {
    case 'u8': case 'bool': return bytes.subarray(0, bytes.writeUInt8(Number(value)));
    case 'i8': return bytes.subarray(0, bytes.writeInt8(Number(value)));
    case 'u16': return bytes.subarray(0, bytes.writeUInt16LE(Number(value)));
    case 'i16': return bytes.subarray(0, bytes.writeInt16LE(Number(value)));
    case 'u32': return bytes.subarray(0, bytes.writeUInt32LE(Number(value)));
    case 'i32': return bytes.subarray(0, bytes.writeInt32LE(Number(value)));
    case 'f32': return bytes.subarray(0, bytes.writeFloatLE(Number(value)));
    case 'u64': return bytes.subarray(0, bytes.writeBigUInt64LE(BigInt(value)));
    case 'i64': return bytes.subarray(0, bytes.writeBigInt64LE(BigInt(value)));
    case 'f64': return bytes.subarray(0, bytes.writeDoubleLE(Number(value)));
  }
}

/** An F32 tensor. */
export function floats(name: string, shape: readonly number[], values: readonly number[]): TestTensor {
  return { name, shape, type: TENSOR.F32, data: new Uint8Array(Float32Array.from(values).buffer) };
}

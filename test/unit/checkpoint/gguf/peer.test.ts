import { GGMLQuantizationType, gguf as readByPeer, type GGUFParseOutput } from '@huggingface/gguf';
import { readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ggmlType } from '../../../../src/checkpoint/gguf/ggmlTypes.js';
import { GgufFile } from '../../../../src/checkpoint/gguf/ggufFile.js';
import { KEEP_ALL } from '../../../../src/checkpoint/gguf/metadata.js';
import { BROKEN, temporaryFolder } from '../helpers.js';
import { arrayEntry, entry, gguf, TENSOR, type ScalarType } from './writeGguf.js';

// Hugging Face's own reader of headers, an independent one. Why it is a peer and not the reader: ARCHITECTURE.md, Decisions.

const FIXTURES = join(import.meta.dirname, '../../../fixtures');
const folder = temporaryFolder();

type Plain = number | string | boolean | readonly Plain[];

interface HeaderFacts {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly tensors: readonly { readonly name: string; readonly dtype: string; readonly shape: readonly number[]; readonly begin: number }[];
}

async function ours(path: string): Promise<HeaderFacts> {
  const file = await GgufFile.open(path, KEEP_ALL);
  await file.close();
  return { metadata: file.header.metadata, tensors: [...file.tensors.values()].map(({ name, dtype, shape, begin }) => ({ name, dtype, shape, begin })) };
}

async function peers(path: string): Promise<HeaderFacts> {
  const { metadata, tensorInfos, tensorDataOffset }: GGUFParseOutput<{ strict: false }> = await readByPeer(path, { allowLocalFile: true });
  const { version: _v, tensor_count: _t, kv_count: _k, ...values } = metadata; // the peer's own three
  return {
    metadata: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, plain(value)])),
    tensors: tensorInfos.map(({ name, dtype, shape, offset }) => ({ name, dtype: GGMLQuantizationType[dtype], shape: shape.map(Number).reverse(), begin: Number(tensorDataOffset + offset) })),
  };
}

/** 64-bit integers as numbers. */
function plain(value: unknown): Plain {
  if (Array.isArray(value)) return value.map(plain);
  return typeof value === 'bigint' ? Number(value) : (value as Plain);
}

describe('the header of a GGUF file, as @huggingface/gguf reads it', () => {
  const fixtures = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.gguf') && (!path.startsWith('broken') || path.endsWith('ok.gguf')));

  it('there are fixtures', () => expect(fixtures).toContain(relative(FIXTURES, join(BROKEN, 'ok.gguf'))));

  it.each(fixtures)('%s', async (path) => {
    expect(await ours(join(FIXTURES, path))).toEqual(await peers(join(FIXTURES, path)));
  });

  it('any header', async () => {
    const path = join(folder, 'm.gguf');
    const key = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }).filter((k) => !['version', 'tensor_count', 'kv_count', '__proto__', 'general.alignment'].includes(k) && !k.startsWith('\ufeff') && !k.includes('\ufffd')); // U+FFFD in a name is taken for one that is not UTF-8
    await fc.assert(fc.asyncProperty(fc.uniqueArray(fc.tuple(key, anyValue), { selector: ([k]) => k, maxLength: 12 }), fc.uniqueArray(fc.tuple(key, anyTensor), { selector: ([k]) => k, maxLength: 8 }), fc.constantFrom(8, 32, 64, 256), fc.constantFrom(2, 3), async (values, tensors, alignment, version) => {
      const entries = values.map(([k, { type, array, single }]) => (array === undefined ? entry(k, type, single) : arrayEntry(k, type, array)));
      writeFileSync(path, gguf({ version, alignment, entries: [...entries, entry('general.alignment', 'u32', alignment)], tensors: tensors.map(([name, tensor]) => ({ name, ...tensor })) }));
      const facts = await ours(path);
      expect(facts).toEqual(await peers(path));
      expect(facts.tensors).toHaveLength(tensors.length);
      expect(Object.keys(facts.metadata)).toHaveLength(values.length + 1);
    }), { numRuns: 300 });
  });

  it('types have the numbers that the peer gives them', () => {
    const known = Object.entries(GGMLQuantizationType).filter((pair): pair is [string, GGMLQuantizationType] => typeof pair[1] === 'number');
    const gone = ['Q4_2', 'Q4_3', 'Q4_0_4_4', 'Q4_0_4_8', 'Q4_0_8_8', 'IQ4_NL_4_4', 'IQ4_NL_4_8', 'IQ4_NL_8_8'];
    expect(known.length).toBeGreaterThan(30);
    for (const [name, id] of known) expect(ggmlType(id)?.name).toBe(gone.includes(name) ? undefined : name);
  });
});

const SCALARS: Readonly<Record<Exclude<ScalarType, 'string'>, fc.Arbitrary<number | bigint | boolean>>> = {
  u8: fc.integer({ min: 0, max: 255 }), i8: fc.integer({ min: -128, max: 127 }), u16: fc.integer({ min: 0, max: 65_535 }), i16: fc.integer({ min: -32_768, max: 32_767 }),
  u32: fc.integer({ min: 0, max: 2 ** 32 - 1 }), i32: fc.integer(), f32: fc.float(), f64: fc.double(), bool: fc.boolean(),
  u64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), i64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
};

interface AnyValue {
  readonly type: ScalarType;
  readonly single: number | bigint | boolean | string;
  readonly array: readonly (number | bigint | boolean | string)[] | undefined;
}

/** Texts may not begin with a byte order mark: the peer drops it. */
const anyText = fc.string({ unit: 'binary', maxLength: 30 }).filter((s) => !s.startsWith('\ufeff'));

const anyValue: fc.Arbitrary<AnyValue> = fc.oneof(
  ...[...Object.entries(SCALARS), ['string', anyText] as const].map(([type, one]) => fc.record({ type: fc.constant(type as ScalarType), single: one as fc.Arbitrary<number | bigint | boolean | string>, array: fc.option(fc.array(one as fc.Arbitrary<number | bigint | boolean | string>, { maxLength: 50 }), { nil: undefined }) })),
);

const anyTensor = fc.tuple(fc.constantFrom(TENSOR.F32, TENSOR.F16, TENSOR.Q8_0, TENSOR.Q4_K, TENSOR.IQ2_XXS, TENSOR.MXFP4), fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 4 })).map(([type, outer]) => {
  const { elements = 1, bytes = 0 } = ggmlType(type) ?? {};
  const shape = outer.map((n, i) => (i === outer.length - 1 ? n * elements : n));
  const blocks = outer.reduce((a, b) => a * b, 1);
  return outer.length === 0 ? { type: TENSOR.F32, shape, data: new Uint8Array(4) } : { type, shape, data: new Uint8Array(blocks * bytes) };
});

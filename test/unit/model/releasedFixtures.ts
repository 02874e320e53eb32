import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../../src/checkpoint/checkpoint.js';
import type { TensorInfo, TensorStore } from '../../../src/checkpoint/tensorStore.js';

/** Tensors that differ in the numbers of their layer and expert only. */
interface TensorPattern {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** First and last of each run of layers. */
  readonly layers?: readonly (readonly [number, number])[];
  readonly experts?: number;
}

/** A released checkpoint without its values: what test/fixtures/make/released.py writes. */
export interface Released {
  readonly model: string;
  readonly config: JsonObject;
  /** As transformers counts, each once. */
  readonly parameters: number;
  readonly published: { readonly total: string; readonly active: string | null; readonly withoutInTotal: readonly string[]; readonly withoutInActive: readonly string[]; readonly predictionLayerInTotal: boolean };
  readonly rope: { readonly inverseFrequencies: readonly number[]; readonly factor: number };
  readonly tensors: readonly TensorPattern[];
}

/** A GGUF that people have, without its values: what test/fixtures/make/released_gguf.py writes. */
export interface ReleasedGguf {
  readonly model: string;
  /** The released checkpoint that it was made of, or one of the same family. */
  readonly like: string;
  readonly native: string;
  /** As llama.cpp prints them. */
  readonly parameters: string | null;
  readonly metadata: JsonObject;
  readonly tensors: readonly TensorPattern[];
}

const FOLDER = join(import.meta.dirname, '../../fixtures/released');
const read = (folder: string): unknown[] => readdirSync(folder).filter((file) => file.endsWith('.json')).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as unknown);

export const readReleased = (): Released[] => read(FOLDER) as Released[];
export const readReleasedGgufs = (): ReleasedGguf[] => read(join(FOLDER, 'gguf')) as ReleasedGguf[];

const BYTES: Readonly<Record<string, number>> = { F32: 4, BF16: 2, F8_E4M3: 1, U8: 1, Q8_0: 34 / 32 };

export const elements = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);
export const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** The tensors of the files, by name. */
export function expand(patterns: readonly TensorPattern[]): Map<string, TensorInfo> {
  const tensors = new Map<string, TensorInfo>();
  for (const { name, dtype, shape, layers, experts } of patterns) {
    const bytes = elements(shape) * BYTES[dtype];
    for (const layer of layers?.flatMap(([first, last]) => upTo(last - first + 1).map((i) => first + i)) ?? [0]) {
      for (const expert of upTo(experts ?? 1)) {
        const whole = name.replace('{layer}', String(layer)).replace('{expert}', String(expert));
        tensors.set(whole, { name: whole, dtype, shape, bytes, readable: dtype !== 'U8' });
      }
    }
  }
  return tensors;
}

/** Tensors without values. */
export const valueless = (tensors: ReadonlyMap<string, TensorInfo>): TensorStore => ({
  tensors,
  readFloat32: async (name) => Promise.reject(new Error(`${name} has no values here`)),
  blockType: () => undefined, readBlocks: () => Promise.reject(new Error('There is no file.')), close: async () => Promise.resolve(),
});

/** Whether a count is published so: "6.92B" is 6.92e9, known to a hundredth of 1e9; publishers round or cut off. */
export function isPublishedAs(value: number, published: string): boolean {
  const [, digits = '', unit] = /^([\d.]+)([BT])$/.exec(published) ?? [];
  const scale = 10 ** (digits.split('.')[1]?.length ?? 0);
  const scaled = (value / (unit === 'T' ? 1e12 : 1e9)) * scale;
  return [Math.round(scaled), Math.floor(scaled)].includes(Math.round(Number(digits) * scale));
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ggmlType, type GgmlType } from '../../../../src/checkpoint/gguf/ggmlTypes.js';
import { TENSOR } from './writeGguf.js';

export const QUANTS = join(import.meta.dirname, '../../../fixtures/quants');

export interface Golden {
  /** As they stand in a file. */
  readonly blocks: Uint8Array;
  readonly values: Float32Array;
}

/** Blocks of a type and what gguf-py makes of them (test/fixtures/make/quants_golden.py); F32 is what it is. */
export function golden(type: string): Golden {
  const bytes = new Uint8Array(readFileSync(join(QUANTS, `${type === 'F32' ? 'F16' : type}.f32`)));
  const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  return { blocks: type === 'F32' ? bytes : new Uint8Array(readFileSync(join(QUANTS, `${type}.blocks`))), values };
}

export function typeNamed(name: string): GgmlType & { readonly id: number } {
  const id = Object.entries(TENSOR).find(([known]) => known === name)?.[1] ?? NaN;
  const type = ggmlType(id);
  if (type?.name !== name) throw new Error(`${name} is not type ${id}`);
  return { ...type, id };
}

/** Weights kept as they are on disk give, once widened, what reading them as f32 gives: every tensor of every fixture. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../src/checkpoint/open.js';
import { elementCount } from '../../../src/checkpoint/readRange.js';
import { checkFinite, slice, widen, type Stored } from '../../../src/tensor/numbers.js';

const FIXTURES = join(import.meta.dirname, '../../fixtures');
const checkpoints = readdirSync(join(FIXTURES, 'checkpoints')).map((name) => join(FIXTURES, 'checkpoints', name));
const modelIn = (folder: string): string => join(folder, readdirSync(folder).sort().find((name) => name.endsWith('.gguf')) ?? '');

/** 0 and -0 are the same here. */
const sameNumbers = (a: Float32Array, b: Float32Array): boolean => a.length === b.length && a.every((value, i) => value === b[i]);

describe.each([...checkpoints, join(FIXTURES, 'scaled')].map((folder) => [folder.slice(FIXTURES.length + 1), folder] as const))('%s', (_, folder) => {
  it('is the same as stored', async () => {
    const { store } = await openCheckpoint(modelIn(folder));
    const types = new Set<string>();
    try {
      for (const { name, shape, readable } of store.tensors.values()) {
        const type = store.blockType(name);
        if (type === undefined || !readable) continue;
        types.add(type.name);
        const count = elementCount(shape);
        const expected = await store.readFloat32(name, 0, count);
        const bytes = new Uint8Array((count / type.elements) * type.bytes);
        await store.readBlocks(name, 0, bytes);
        const stored: Stored = { type, bytes, name };
        const values = new Float32Array(count);
        widen(stored, values);
        expect(sameNumbers(values, expected), name).toBe(true);
        checkFinite(stored);

        const row = shape.at(-1) ?? 1; // the second half of its rows, as a lane takes them
        if (count < 2 * row || row % type.elements !== 0) continue;
        const from = Math.floor(count / row / 2) * row;
        const part = new Float32Array(count - from);
        widen(slice(stored, from, count - from) as Stored, part);
        expect(sameNumbers(part, expected.subarray(from)), name).toBe(true);
        const again = new Uint8Array(((count - from) / type.elements) * type.bytes);
        await store.readBlocks(name, from, again);
        expect(Buffer.compare(again, bytes.subarray((from / type.elements) * type.bytes))).toBe(0);
        await expect(store.readBlocks(name, from, new Uint8Array(bytes.length))).rejects.toMatchObject({ code: 'E_SHAPE' });
      }
      expect(types.size).toBeGreaterThan(0);
    } finally {
      await store.close();
    }
  });
});

describe('numbers that are not finite', () => {
  it.each([['BF16', 0x7f80], ['BF16', 0xffc0], ['F16', 0x7c00], ['F16', 0xfe01]] as const)('%s %d is E_WEIGHTS_NOT_FINITE', (name, pattern) => {
    const numbers = Uint16Array.of(1, 0x3c00, pattern, 0x7b00);
    const stored: Stored = { type: { name, elements: 1, bytes: 2 }, bytes: new Uint8Array(numbers.buffer), name: 'w' };
    expect(() => { checkFinite(stored); }).toThrow(expect.objectContaining({ code: 'E_WEIGHTS_NOT_FINITE' }));
    expect(() => { widen(stored, new Float32Array(4)); }).toThrow(expect.objectContaining({ code: 'E_WEIGHTS_NOT_FINITE' }));
    numbers[2] = 0x7b00;
    checkFinite(stored);
  });
});

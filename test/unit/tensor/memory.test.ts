import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SharedMemory, type Block } from '../../../src/tensor/memory.js';

describe('SharedMemory', () => {
  it('hands out pieces that begin at multiples of 64 and never overlap, whatever is freed in between', () => {
    fc.assert(fc.property(fc.array(fc.oneof(fc.integer({ min: 1, max: 5000 }), fc.constant('free' as const)), { maxLength: 60 }), (steps) => {
      const memory = new SharedMemory(1e6);
      const taken: Block[] = [];
      for (const [i, step] of steps.entries()) {
        if (step === 'free') {
          const [block] = taken.splice(i % Math.max(1, taken.length), 1) as (Block | undefined)[];
          if (block !== undefined) memory.free(block);
          continue;
        }
        const block = memory.allocate(step);
        if (block === undefined) continue;
        expect(block.offset % 64).toBe(0);
        for (const other of taken) expect(block.arena !== other.arena || block.offset + block.bytes <= other.offset || other.offset + other.bytes <= block.offset).toBe(true);
        taken.push(block);
      }
      expect(memory.used).toBe(taken.reduce((sum, { bytes }) => sum + bytes, 0));
      taken.forEach((block) => { memory.free(block); });
      expect(memory.used).toBe(0);
      expect(memory.allocate(1e6 - 64)?.offset).toBe(0); // the holes have grown together
    }), { numRuns: 50 });
  });

  it('gives nothing beyond its limit', () => {
    const memory = new SharedMemory(1000);
    expect(memory.allocate(1001)).toBeUndefined();
    const block = memory.allocate(900);
    expect(memory.allocate(200)).toBeUndefined();
    if (block !== undefined) memory.free(block);
    expect(memory.allocate(200)).toBeDefined();
  });

  it('keeps the numbers of a piece when it grows', () => {
    const memory = new SharedMemory(1e9);
    const first = memory.allocate(4000);
    if (first === undefined) throw new Error('no memory');
    memory.floats(first, 1000).fill(7);
    memory.allocate(100e6);
    expect(memory.floats(first, 1000).every((value) => value === 7)).toBe(true);
  });
});

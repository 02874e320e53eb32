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

  it('asks who keeps things to let go of them when it is full, in the order they came, until there is room', () => {
    const memory = new SharedMemory(10_240);
    const kept = { first: [] as Block[], second: [] as Block[] };
    const order: string[] = [];
    const letGo = (name: 'first' | 'second') => (): boolean => {
      const block = kept[name].pop();
      if (block === undefined) return false;
      order.push(name);
      memory.free(block);
      return true;
    };
    memory.onFull(letGo('first'));
    const end = memory.onFull(letGo('second'));
    for (const blocks of [kept.second, kept.first]) for (let i = 0; i < 5; i++) blocks.push(memory.allocate(1024) ?? { arena: 0, offset: 0, bytes: 0 });
    expect(memory.allocate(6 * 1024)).toBeDefined();
    expect(order).toEqual([...new Array<string>(5).fill('first'), 'second']);
    end();
    expect(memory.allocate(6 * 1024)).toBeUndefined();
    expect(kept.second).toHaveLength(4);
  });

  it('counts what was touched, holes included, against its limit', () => {
    const memory = new SharedMemory(4096);
    const [a, b] = [memory.allocate(1024), memory.allocate(1024)];
    if (a === undefined || b === undefined) throw new Error('no memory');
    memory.free(a);
    expect([memory.used, memory.touched]).toEqual([1024, 2048]);
    expect(memory.allocate(2049)).toBeUndefined(); // the hole is too small, and new room too
    expect(memory.allocate(2048)).toBeDefined();
    expect(memory.touched).toBe(4096);
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

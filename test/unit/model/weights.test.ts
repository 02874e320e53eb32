import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../../src/checkpoint/checkpoint.js';
import { openCheckpoint } from '../../../src/checkpoint/open.js';
import type { TensorStore } from '../../../src/checkpoint/tensorStore.js';
import { forward } from '../../../src/model/forward.js';
import { readModel } from '../../../src/model/model.js';
import type { KvCache } from '../../../src/model/kvCache.js';
import { startMachine, type RunningMachine } from '../../../src/model/machine.js';
import { matrixWeight, vectorWeight } from '../../../src/model/weight.js';
import { Weights } from '../../../src/model/weights.js';
import type { Routing } from '../../../src/routing/route.js';
import { SharedMemory } from '../../../src/tensor/memory.js';
import type { Numbers } from '../../../src/tensor/numbers.js';

const FIXTURE = join(import.meta.dirname, '../../fixtures/checkpoints/olmoe-a');
const open: Checkpoint[] = [];

async function fixture(): Promise<{ checkpoint: Checkpoint; reads: string[]; store: TensorStore }> {
  const checkpoint = await openCheckpoint(FIXTURE);
  open.push(checkpoint);
  const reads: string[] = [];
  const store: TensorStore = {
    tensors: checkpoint.store.tensors,
    readFloat32: (name, start, count) => { reads.push(name); return checkpoint.store.readFloat32(name, start, count); },
    blockType: (name) => checkpoint.store.blockType(name),
    readBlocks: (name, start, target) => { reads.push(name); return checkpoint.store.readBlocks(name, start, target); },
    close: () => checkpoint.store.close(),
  };
  return { checkpoint, reads, store };
}

afterEach(async () => { for (const checkpoint of open.splice(0)) await checkpoint.store.close(); });

function floats(numbers: Numbers): Float32Array {
  if ('type' in numbers) throw new Error('as stored');
  return numbers;
}

const IDS = Int32Array.from([70, 71, 72, 73, 74, 75, 76, 77]);

interface RunOptions {
  readonly budget?: number;
  readonly signal?: AbortSignal;
  readonly k?: number;
  readonly ids?: Int32Array;
  /** A machine and a cache that a later run continues from; both are the caller's to close. */
  readonly on?: { readonly machine: RunningMachine; readonly cache: KvCache };
}

const machineFor = (store: TensorStore, memory = 1e9): Promise<RunningMachine> => startMachine(store, { backend: 'wasm', nativeFolder: '', memory });

async function run(store: TensorStore, checkpoint: Checkpoint, { budget, signal, k = 1, ids = IDS, on }: RunOptions = {}): Promise<{ hidden: Float32Array; routings: Routing[] }> {
  const { decoder } = readModel(checkpoint);
  const machine = on?.machine ?? (await machineFor(store, budget));
  const cache = on?.cache ?? machine.newCache(ids.length);
  const routings: Routing[] = [];
  const sequence = { ids, cache, policy: { kind: 'top-k', k } as const, onRouting: (_: number, routing: Routing) => { routings.push(routing); } };
  try {
    const hidden = await machine.scratch.scope(async () => (await forward(decoder, [sequence], machine, { signal })).values.slice());
    return { hidden, routings };
  } finally {
    if (on === undefined) {
      cache.dispose();
      await machine.close();
      expect(machine.bytesInUse()).toBe(0);
    }
  }
}

describe('a forward pass', () => {
  it('reads no weight of an expert that no token selected', async () => {
    const { checkpoint, reads, store } = await fixture();
    const { routings } = await run(store, checkpoint);
    routings.forEach((routing, layer) => {
      const used = new Set(routing.ids);
      expect(used.size).toBeLessThan(16);
      for (let expert = 0; expert < 16; expert++) {
        const touched = reads.some((name) => name.startsWith(`model.layers.${layer}.mlp.experts.${expert}.`));
        expect(touched, `layer ${layer} expert ${expert}`).toBe(used.has(expert));
      }
    });
  });

  it('gives the same result when the budget holds only a few weights at a time', async () => {
    const { checkpoint, reads, store } = await fixture();
    const roomy = await run(store, checkpoint, { k: 4 });
    const before = reads.length;
    const tight = await run(store, checkpoint, { k: 4, budget: 200_000 });
    expect(tight.hidden).toEqual(roomy.hidden);
    expect(reads.length - before).toBeGreaterThanOrEqual(before);
  });

  it('continues from the KV cache as if the text had come at once', async () => {
    const { checkpoint, store } = await fixture();
    const whole = await run(store, checkpoint, { k: 4 });
    const machine = await machineFor(store);
    const cache = machine.newCache(IDS.length, true);
    await run(store, checkpoint, { k: 4, ids: IDS.subarray(0, 5), on: { machine, cache } });
    expect(cache.tokens).toBe(5);
    const rest = await run(store, checkpoint, { k: 4, ids: IDS.subarray(5), on: { machine, cache } });
    const width = whole.hidden.length / IDS.length;
    whole.hidden.subarray(5 * width).forEach((value, i) => { expect(rest.hidden[i]).toBeCloseTo(value, 4); });
    expect([...(rest.routings.at(-1)?.ids ?? [])]).toEqual([...(whole.routings.at(-1)?.ids ?? [])].slice(5 * 4));
  });

  it('gives a long text, which is worked on in blocks of rows, what it would get piece by piece', async () => {
    const { checkpoint, store } = await fixture();
    const ids = Int32Array.from({ length: 1300 }, (_, i) => 70 + ((i * 37) % 200));
    const whole = await run(store, checkpoint, { k: 4, ids });
    const machine = await machineFor(store);
    const cache = machine.newCache(ids.length, true);
    const parts: Float32Array[] = [];
    for (let from = 0; from < ids.length; from += 400) parts.push((await run(store, checkpoint, { k: 4, ids: ids.subarray(from, from + 400), on: { machine, cache } })).hidden);
    const joined = parts.flatMap((part) => [...part]);
    expect(joined).toHaveLength(whole.hidden.length);
    const worst = joined.reduce((most, value, i) => Math.max(most, Math.abs(value - whole.hidden[i])), 0);
    expect(worst).toBeLessThan(1e-3);
  });

  it('stops when it is cancelled, and gives its memory back', async () => {
    const { checkpoint, store } = await fixture();
    const controller = new AbortController();
    const cancelling: TensorStore = { ...store, readFloat32: (name, start, count) => { if (name.includes('layers.1.mlp.experts')) controller.abort(); return store.readFloat32(name, start, count); } };
    await expect(run(cancelling, checkpoint, { signal: controller.signal })).rejects.toMatchObject({ code: 'E_CANCELLED' });
  });
});

describe('several sequences in one pass', () => {
  it('get what each gets alone, and every expert is read once', async () => {
    const { checkpoint, store, reads } = await fixture();
    const alone = [await run(store, checkpoint, { k: 4 }), await run(store, checkpoint, { k: 2, ids: IDS.subarray(0, 6) })];
    reads.length = 0;
    const { decoder } = readModel(checkpoint);
    const machine = await machineFor(store);
    const routings: number[][] = [[], []];
    const together = await machine.scratch.scope(async () => (await forward(decoder, [4, 2].map((k, i) => ({
      ids: i === 0 ? IDS : IDS.subarray(0, 6), cache: machine.newCache(8), policy: { kind: 'top-k', k } as const, onRouting: (_: number, routing: Routing) => { routings[i].push(...routing.ids); },
    })), machine)).values.slice());
    alone.forEach((each, i) => { expect(routings[i]).toEqual(each.routings.flatMap(({ ids }) => [...ids])); });
    const expected = alone.flatMap(({ hidden }) => [...hidden]);
    expect(together.reduce((worst, value, i) => Math.max(worst, Math.abs(value - expected[i])), 0)).toBeLessThan(1e-4);
    const experts = reads.filter((name) => name.includes('.experts.'));
    expect(new Set(experts).size).toBe(experts.length);
  });
});

describe('Weights', () => {
  it('refuses a weight larger than the budget, with E_OUT_OF_MEMORY', async () => {
    const { store } = await fixture();
    const weights = new Weights(store, new SharedMemory(100), false);
    await expect(weights.use({ norm: vectorWeight('model.norm.weight', 32) }, ({ norm }) => norm)).rejects.toMatchObject({ code: 'E_OUT_OF_MEMORY' });
  });

  it('gives a linear layer as stored, and several one behind the other', async () => {
    const { store, checkpoint } = await fixture();
    const weights = new Weights(store, new SharedMemory(1e6), false);
    const [gate, up] = ['gate_proj', 'up_proj'].map((name) => matrixWeight(`model.layers.0.mlp.experts.0.${name}.weight`, 12, 32));
    const both = await weights.use({ both: [gate, up] }, (w) => floats(w.both).slice());
    expect(both.subarray(0, 12 * 32)).toEqual(await checkpoint.store.readFloat32(gate.name, 0, 12 * 32));
    expect(both.subarray(12 * 32)).toEqual(await checkpoint.store.readFloat32(up.name, 0, 12 * 32));
  });

  it('keeps what is in use when it makes room', async () => {
    const { store } = await fixture();
    const weights = new Weights(store, new SharedMemory(2 * 12 * 32 * 4), false);
    const expert = (e: number): { w: ReturnType<typeof matrixWeight> } => ({ w: matrixWeight(`model.layers.0.mlp.experts.${e}.gate_proj.weight`, 12, 32) });
    await weights.use(expert(0), async ({ w }) => {
      const before = floats(w).slice();
      for (let e = 1; e < 5; e++) await weights.use(expert(e), () => undefined);
      expect(w).toEqual(before);
    });
  });

  it('waits for memory that others have, and is refused what is more than all of it', async () => {
    const { store } = await fixture();
    const weights = new Weights(store, new SharedMemory(2 * 12 * 32 * 4), false);
    const expert = (e: number): { w: ReturnType<typeof matrixWeight> } => ({ w: matrixWeight(`model.layers.0.mlp.experts.${e}.gate_proj.weight`, 12, 32) });
    const order: string[] = [];
    let letGo: () => void = () => undefined;
    let first: Promise<void> = Promise.resolve();
    await new Promise<void>((started) => {
      first = weights.hold([expert(0)], () => new Promise<void>((resolve) => {
        letGo = () => { order.push('first'); resolve(); };
        started();
      }));
    });
    const second = weights.hold([expert(1), expert(2)], () => { order.push('second'); });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(order).toEqual([]);
    letGo();
    await Promise.all([first, second]);
    expect(order).toEqual(['first', 'second']);
    await expect(weights.hold([expert(3), expert(4), expert(5)], () => undefined)).rejects.toMatchObject({ code: 'E_OUT_OF_MEMORY' });
  });
});

import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../../src/checkpoint/checkpoint.js';
import { openCheckpoint } from '../../../src/checkpoint/open.js';
import type { TensorStore } from '../../../src/checkpoint/tensorStore.js';
import { forward } from '../../../src/model/forward.js';
import { KvCache } from '../../../src/model/kvCache.js';
import { readModel } from '../../../src/model/model.js';
import { matrixWeight, vectorWeight, Weights } from '../../../src/model/weights.js';
import type { Routing } from '../../../src/routing/route.js';
import { startBackend } from '../../../src/tensor/backend.js';
import { liveTensors, read } from '../../../src/tensor/ops.js';

const FIXTURE = join(import.meta.dirname, '../../fixtures/checkpoints/olmoe-a');
const open: Checkpoint[] = [];

async function fixture(): Promise<{ checkpoint: Checkpoint; reads: string[]; store: TensorStore }> {
  const checkpoint = await openCheckpoint(FIXTURE);
  open.push(checkpoint);
  const reads: string[] = [];
  const store: TensorStore = {
    tensors: checkpoint.store.tensors,
    readFloat32: (name, start, count) => { reads.push(name); return checkpoint.store.readFloat32(name, start, count); },
    close: () => checkpoint.store.close(),
  };
  return { checkpoint, reads, store };
}

beforeAll(async () => { await startBackend('wasm', ''); });
afterEach(async () => { for (const checkpoint of open.splice(0)) await checkpoint.store.close(); });

const IDS = Int32Array.from([70, 71, 72, 73, 74, 75, 76, 77]);

async function run(store: TensorStore, checkpoint: Checkpoint, options: { budget?: number; signal?: AbortSignal; k?: number; ids?: Int32Array; cache?: KvCache } = {}): Promise<{ hidden: Float32Array; routings: Routing[]; leaked: number }> {
  const { decoder } = readModel(checkpoint);
  const before = liveTensors();
  const weights = new Weights(store, options.budget ?? 1e9);
  const cache = options.cache ?? new KvCache();
  const routings: Routing[] = [];
  try {
    const hidden = await forward(decoder, options.ids ?? IDS, {
      weights, cache, policy: { kind: 'top-k', k: options.k ?? 1 }, onRouting: (_, routing) => routings.push(routing), ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    const data = read(hidden).slice();
    hidden.dispose();
    return { hidden: data, routings, leaked: 0 };
  } finally {
    weights.dispose();
    if (options.cache === undefined) {
      cache.dispose();
      expect(liveTensors()).toBe(before);
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
    const cache = new KvCache();
    await run(store, checkpoint, { k: 4, ids: IDS.subarray(0, 5), cache });
    expect(cache.tokens).toBe(5);
    const rest = await run(store, checkpoint, { k: 4, ids: IDS.subarray(5), cache });
    cache.dispose();
    const width = whole.hidden.length / IDS.length;
    whole.hidden.subarray(5 * width).forEach((value, i) => { expect(rest.hidden[i]).toBeCloseTo(value, 4); });
    expect([...(rest.routings.at(-1)?.ids ?? [])]).toEqual([...(whole.routings.at(-1)?.ids ?? [])].slice(5 * 4));
  });

  it('gives a long text, which is worked on in blocks of rows, what it would get piece by piece', async () => {
    const { checkpoint, store } = await fixture();
    const ids = Int32Array.from({ length: 1100 }, (_, i) => 70 + ((i * 37) % 200));
    const whole = await run(store, checkpoint, { k: 4, ids });
    const cache = new KvCache();
    const parts: Float32Array[] = [];
    for (let from = 0; from < ids.length; from += 400) parts.push((await run(store, checkpoint, { k: 4, ids: ids.subarray(from, from + 400), cache })).hidden);
    cache.dispose();
    const joined = parts.flatMap((part) => [...part]);
    expect(joined).toHaveLength(whole.hidden.length);
    const worst = joined.reduce((most, value, i) => Math.max(most, Math.abs(value - whole.hidden[i])), 0);
    expect(worst).toBeLessThan(1e-3);
  });

  it('stops when it is cancelled, and frees every tensor', async () => {
    const { checkpoint, store } = await fixture();
    const controller = new AbortController();
    const cancelling: TensorStore = { ...store, readFloat32: (name, start, count) => { if (name.includes('layers.1.mlp.experts')) controller.abort(); return store.readFloat32(name, start, count); } };
    await expect(run(cancelling, checkpoint, { signal: controller.signal })).rejects.toMatchObject({ code: 'E_CANCELLED' });
  });
});

describe('Weights', () => {
  it('refuses a weight larger than the budget, with E_OUT_OF_MEMORY', async () => {
    const { store } = await fixture();
    const weights = new Weights(store, 100);
    await expect(weights.use({ norm: vectorWeight('model.norm.weight', 32) }, ({ norm }) => norm)).rejects.toMatchObject({ code: 'E_OUT_OF_MEMORY' });
  });

  it('turns a linear layer to [in, out]', async () => {
    const { store, checkpoint } = await fixture();
    const weights = new Weights(store, 1e6);
    const name = 'model.layers.0.mlp.experts.0.gate_proj.weight';
    const turned = await weights.use({ w: matrixWeight(name, 12, 32) }, ({ w }) => w.clone());
    const stored = await checkpoint.store.readFloat32(name, 0, 12 * 32);
    expect(turned.shape).toEqual([32, 12]);
    expect(read(turned)[5 * 12 + 7]).toBe(stored[7 * 32 + 5]);
    turned.dispose();
    weights.dispose();
  });
});

/** A forward pass of MoE Lens as the bench runs it: all layers and routers, no tokenizer, no output layer. The only file of the bench that knows the core. */
import { openCheckpoint } from '../../src/checkpoint/open.js';
import { forward } from '../../src/model/forward.js';
import { startMachine } from '../../src/model/machine.js';
import { readModel } from '../../src/model/model.js';
import { parsePolicy } from '../../src/routing/policy.js';
import type { Routing } from '../../src/routing/route.js';

export interface OpenOptions {
  readonly path: string;
  readonly backend: 'native' | 'wasm';
  readonly threads: number;
  /** Bytes of weights that may stay in memory; what the backend takes by itself unless given. */
  readonly memory?: number;
}

/** What a pass tells beside the time it took. */
export interface PassFigures {
  /** Experts that a token took in a layer, on average. */
  readonly meanCount: number;
  /** From the routers' decisions to the end of their layers, all layers together: on the clock, and of all threads of the process. */
  readonly expertMs?: number;
  readonly expertCpuMs?: number;
}

export interface Opened {
  /** Opening alone; weights that are read when first used are part of the first pass. */
  readonly loadMs: number;
  readonly backend: { readonly name: string; readonly version: string };
  /** @param policy in text form: `native`, `top-k:K`, `top-p:P` */
  readonly pass: (ids: Int32Array, policy: string) => Promise<PassFigures>;
  readonly close: () => Promise<void>;
}

/** Milliseconds on the clock and of the process's threads. */
function now(): { readonly wall: number; readonly cpu: number } {
  const { user, system } = process.cpuUsage();
  return { wall: performance.now(), cpu: (user + system) / 1000 };
}

/** Opens a checkpoint for passes. */
export async function open({ path, backend: preference, threads, memory }: OpenOptions): Promise<Opened> {
  const began = performance.now();
  const checkpoint = await openCheckpoint(path);
  const { decoder, store } = readModel(checkpoint);
  const machine = await startMachine(store, { backend: preference, nativeFolder: '', threads, ...(memory === undefined ? {} : { memory }) });
  await machine.lanes.widen();
  const loadMs = performance.now() - began;

  const pass = async (ids: Int32Array, policy: string): Promise<PassFigures> => {
    const cache = machine.newCache(ids.length);
    let selected = 0;
    let layers = 0;
    let expertMs = 0;
    let expertCpuMs = 0;
    let routed = now();
    const onRouting = (_layer: number, routing: Routing): void => {
      selected += routing.ids.length;
      layers++;
      routed = now();
    };
    const onLayer = (): void => {
      const { wall, cpu } = now();
      expertMs += wall - routed.wall;
      expertCpuMs += cpu - routed.cpu;
    };
    try {
      await machine.scratch.scope(() => forward(decoder, [{ ids, cache, policy: parsePolicy(policy), onRouting }], machine, { onLayer }));
    } finally {
      cache.dispose();
    }
    return { meanCount: selected / (layers * ids.length), expertMs, expertCpuMs };
  };
  const close = async (): Promise<void> => {
    await machine.close();
    await checkpoint.store.close();
  };
  return { loadMs, backend: machine.backend, pass, close };
}

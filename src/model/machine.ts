import { availableParallelism } from 'node:os';
import type { TensorStore } from '../checkpoint/tensorStore.js';
import { startLanes, type LanesOptions } from '../tensor/lanes.js';
import { SharedMemory } from '../tensor/memory.js';
import { memoryBudget } from '../tensor/memoryBudget.js';
import type { BackendInfo } from '../trace/run.js';
import { KvCache } from './kvCache.js';
import type { Machine } from './pass.js';
import { Scratch } from './rows.js';
import { Weights } from './weights.js';

export interface MachineOptions extends LanesOptions {
  /** Bytes that weights may take; half of the machine's memory unless said. */
  readonly memory?: number;
}

export interface RunningMachine extends Machine {
  readonly backend: BackendInfo;
  newCache(capacity: number): KvCache;
  /** Bytes of weights and of what runs make: none after `close`. */
  bytesInUse(): number;
  close(): Promise<void>;
}

/**
 * Starts a backend for a checkpoint's weights.
 * @throws E_BACKEND_UNAVAILABLE
 */
export async function startMachine(store: TensorStore, { memory = memoryBudget(), ...options }: MachineOptions): Promise<RunningMachine> {
  const lanes = await startLanes(options);
  const resident = new SharedMemory(memory);
  const weights = new Weights(store, resident);
  const working = new SharedMemory(memory);
  return {
    weights,
    lanes,
    scratch: new Scratch(working),
    backend: { ...lanes.backend, threads: options.threads ?? availableParallelism() },
    bytesInUse: () => resident.used + working.used,
    newCache: (capacity) => new KvCache(working, capacity),
    close: async () => {
      await lanes.close();
      await weights.dispose();
    },
  };
}

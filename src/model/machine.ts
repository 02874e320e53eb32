import { memoryBudget } from '../base/memoryBudget.js';
import { elementCount } from '../checkpoint/readRange.js';
import type { TensorStore } from '../checkpoint/tensorStore.js';
import { startLanes, type Lanes, type LanesOptions } from '../tensor/lanes.js';
import { SharedMemory } from '../tensor/memory.js';
import type { BackendInfo } from '../trace/run.js';
import { KvCache } from './kvCache.js';
import type { Machine } from './pass.js';
import { Scratch } from './rows.js';
import { Weights } from './weights.js';

export interface HardwareOptions extends LanesOptions {
  /** Bytes that weights, keys and values, and what is computed on the way may take together; half of the machine's memory unless said. */
  readonly memory?: number;
}

/** What computes, and the memory for it; outlives a checkpoint. */
export interface Hardware {
  readonly lanes: Lanes;
  readonly memory: SharedMemory;
  /** What it was given. */
  readonly budget: number;
  readonly backend: BackendInfo;
  /**
   * Sets how much of the budget is left for `memory`, from what the process takes beside it now.
   * @param expected bytes that will be taken beside it yet
   * @returns bytes that the process will take beside it at most
   */
  settle(expected: number): number;
  close(): Promise<void>;
}

/** What the process may take beside the budget (the program, TensorFlow's library of some 250 MB, the tokenizer); what it takes beyond counts. With what can't be foreseen it stays below 300 MB. */
const OWN_BYTES = 250 * 2 ** 20;
/** Bytes of a lane that was not started yet, and of what malloc holds on to of the rows that a lane makes on the way (as measured, with long texts). */
const LANE_BYTES = 45 * 2 ** 20;
const LANE_WORK_BYTES = 128 * 2 ** 20;
/** With less than this one lane computes: others would take what the weights need. */
const WORTH_SEVERAL_LANES = 2 ** 29;
/** However much the process takes, this part of the budget is for `memory`. */
const LEAST_SHARE = 1 / 8;

/** @throws E_BACKEND_UNAVAILABLE */
export async function startHardware({ memory: budget = memoryBudget(), ...options }: HardwareOptions): Promise<Hardware> {
  const lanes = await startLanes(budget < WORTH_SEVERAL_LANES ? { ...options, threads: 1 } : options);
  const memory = new SharedMemory(budget);
  const beside = (): number => process.memoryUsage.rss() - memory.touched;
  const atStart = beside();
  const settle = (expected: number): number => {
    const now = beside();
    const toCome = (lanes.most - 1) * LANE_BYTES + lanes.most * LANE_WORK_BYTES + expected;
    const own = Math.max(now, atStart + toCome); // what was taken since the start is a part of what was to come
    memory.limit = Math.max(budget * LEAST_SHARE, budget - Math.max(0, own - OWN_BYTES));
    return own;
  };
  return { lanes, memory, budget, settle, backend: { ...lanes.backend, threads: lanes.most }, close: () => lanes.close() };
}

export interface RunningMachine extends Machine {
  readonly backend: BackendInfo;
  /** @param isKept whether a later pass goes on from it */
  newCache(capacity: number, isKept?: boolean): KvCache;
  /** Bytes of weights and of what runs make: none after `close`, if nobody else uses the hardware. */
  bytesInUse(): number;
  close(): Promise<void>;
}

/** Weights are kept as f32 where all of them may take this part of the memory; the rest is for keys, values and what is computed on the way. */
const WIDENED_SHARE = 3 / 4;

/** For a checkpoint's weights, which it lets go of when it is closed. */
export function machineOn({ lanes, memory, backend }: Hardware, store: TensorStore): RunningMachine {
  const weights = new Weights(store, memory, widenedBytes(store) > memory.limit * WIDENED_SHARE);
  return {
    weights,
    lanes,
    scratch: new Scratch(memory),
    backend,
    bytesInUse: () => memory.used,
    newCache: (capacity, isKept = false) => new KvCache(memory, capacity, isKept),
    close: () => weights.dispose(),
  };
}

/** The same with hardware of its own. @throws E_BACKEND_UNAVAILABLE */
export async function startMachine(store: TensorStore, options: HardwareOptions): Promise<RunningMachine> {
  const hardware = await startHardware(options);
  const machine = machineOn(hardware, store);
  return { ...machine, close: async () => { await machine.close(); await hardware.close(); } };
}

function widenedBytes({ tensors }: TensorStore): number {
  let elements = 0;
  for (const { shape } of tensors.values()) elements += elementCount(shape);
  return elements * Float32Array.BYTES_PER_ELEMENT;
}

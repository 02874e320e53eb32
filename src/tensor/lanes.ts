import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { startBackend, type Backend, type BackendPreference } from './backend.js';
import { runKernel, type KernelArgs, type KernelName } from './kernels/kernels.js';
import { LaneThread } from './laneThread.js';

/**
 * What computes: threads of our own with a backend each, told what to do by this one, which only waits. TensorFlow's own threads are not
 * used (it is started with one): split by experts, heads and outputs, two cores do nearly twice the work of one, where TensorFlow's
 * two threads on one product do 1.4 times (bench/RESULTS.md). And its one-thread products must not run in a process's first thread:
 * oneDNN's kernel for them moves the stack pointer, so that a signal that arrives meanwhile (Ctrl+C, a resized terminal) would
 * overwrite the heap; signals go to the first thread.
 */
export interface Lanes {
  readonly backend: Omit<Backend, 'device'>;
  /** How many pieces of work can run side by side, once widened. */
  readonly most: number;
  /** How many do now. */
  readonly count: number;
  /** Lanes that are worth telling for so many multiply-adds. */
  lanesFor(work: number): number;
  /** Starts the other lanes, for work that is worth it: that takes half a second. */
  widen(): Promise<void>;
  /** Runs a kernel on each of at most `count` arguments side by side. */
  run<K extends KernelName>(kernel: K, args: readonly KernelArgs<K>[]): Promise<void>;
  /** Runs a kernel on one lane, which must not be at work. */
  runOn<K extends KernelName>(lane: number, kernel: K, args: KernelArgs<K>): Promise<void>;
  close(): Promise<void>;
}

export interface LanesOptions {
  readonly backend: BackendPreference;
  readonly nativeFolder: string;
  /** Lanes that `widen` brings it to; as many as there are cores unless said. */
  readonly threads?: number;
}

/** Multiply-adds: a message to a lane costs as much as some millions of them. */
const WORTH_A_LANE = 4e6;

/**
 * Starts the first lane. Where MoE Lens runs from source, as in tests, there is no bundle for a thread to run: then kernels run in this one.
 * @throws E_BACKEND_UNAVAILABLE
 */
export function startLanes(options: LanesOptions): Promise<Lanes> {
  const script = fileURLToPath(new URL('./lane.js', import.meta.url));
  return existsSync(script) ? ThreadLanes.start(script, options) : inlineLane(options);
}

/** Waits for all, also when one fails: a lane that is still at work must end before its memory is used again. */
export async function allDone(work: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(work)) if (result.status === 'rejected') throw result.reason;
}

class ThreadLanes implements Lanes {
  #lanes: readonly LaneThread[];
  #widening: Promise<void> | undefined;

  private constructor(
    private readonly script: string,
    private readonly options: LanesOptions,
    first: LaneThread,
    readonly backend: Omit<Backend, 'device'>,
  ) {
    this.#lanes = [first];
  }

  static async start(script: string, options: LanesOptions): Promise<ThreadLanes> {
    // TensorFlow reads its environment once in a process, and only this thread's is the process's
    process.env['TF_NUM_INTRAOP_THREADS'] = '1';
    process.env['TF_NUM_INTEROP_THREADS'] = '1';
    process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
    const first = new LaneThread(script, options);
    return new ThreadLanes(script, options, first, await first.started);
  }

  get most(): number {
    return this.options.threads ?? availableParallelism();
  }

  get count(): number {
    return this.#lanes.length;
  }

  lanesFor(work: number): number {
    return Math.max(1, Math.min(this.count, Math.floor(work / WORTH_A_LANE)));
  }

  widen(): Promise<void> {
    this.#widening ??= this.#widen();
    return this.#widening;
  }

  run<K extends KernelName>(kernel: K, args: readonly KernelArgs<K>[]): Promise<void> {
    return allDone(args.map((each, lane) => this.runOn(lane, kernel, each)));
  }

  runOn<K extends KernelName>(lane: number, kernel: K, args: KernelArgs<K>): Promise<void> {
    return this.#lanes[lane].run(kernel, args);
  }

  async close(): Promise<void> {
    await this.#widening;
    await Promise.all(this.#lanes.map((lane) => lane.stop()));
  }

  async #widen(): Promise<void> {
    const same: LanesOptions = { ...this.options, backend: this.backend.name === 'wasm' ? 'wasm' : 'native' };
    const more = Array.from({ length: this.most - 1 }, () => new LaneThread(this.script, same));
    const started = await Promise.allSettled(more.map((lane) => lane.started));
    this.#lanes = [...this.#lanes, ...more.filter((_, i) => started[i].status === 'fulfilled')]; // fewer lanes are slower, nothing else
  }
}

async function inlineLane({ backend, nativeFolder }: LanesOptions): Promise<Lanes> {
  const { device, ...started } = await startBackend(backend, nativeFolder);
  return {
    backend: started,
    most: 1,
    run: async (kernel, args) => { for (const each of args) await Promise.resolve().then(() => { runKernel(device, kernel, each); }); },
    count: 1,
    lanesFor: () => 1,
    widen: () => Promise.resolve(),
    runOn: (_lane, kernel, args) => Promise.resolve().then(() => { runKernel(device, kernel, args); }),
    close: () => Promise.resolve(),
  };
}

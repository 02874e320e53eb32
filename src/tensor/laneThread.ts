import { Worker } from 'node:worker_threads';
import { LensError, type ErrorCode } from '../base/errors.js';
import type { Backend, BackendPreference } from './backend.js';
import type { KernelName } from './kernels/kernels.js';

/** How a lane's thread is started. */
export interface LaneStart {
  readonly backend: BackendPreference;
  readonly nativeFolder: string;
}

/** What a lane says: once which backend it started, then how each work ended. */
export type LaneReply =
  | { readonly kind: 'started'; readonly backend: Omit<Backend, 'device'> }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly code?: ErrorCode; readonly message: string; readonly hint?: string };

interface Waiting {
  readonly resolve: (reply: LaneReply) => void;
  readonly reject: (error: Error) => void;
}

/** One lane of `Lanes`, seen from the thread that tells it what to do. One piece of work at a time. */
export class LaneThread {
  readonly started: Promise<Omit<Backend, 'device'>>;
  readonly #worker: Worker;
  #waiting: Waiting | undefined;

  constructor(script: string, start: LaneStart) {
    this.#worker = new Worker(script, { workerData: { backend: start.backend, nativeFolder: start.nativeFolder } satisfies LaneStart });
    this.#worker.on('message', (reply: LaneReply) => { this.#settle()?.resolve(reply); });
    this.#worker.on('error', (error) => { this.#settle()?.reject(error); });
    this.#worker.on('exit', () => { this.#settle()?.reject(new Error('A computing thread ended.')); });
    this.started = this.#reply().then((reply) => {
      if (reply.kind === 'started') return reply.backend;
      throw new Error('A computing thread did not start.');
    });
  }

  async run(kernel: KernelName, args: unknown): Promise<void> {
    const reply = this.#reply();
    this.#worker.postMessage({ kernel, args });
    await reply;
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  /** The process stays alive for the answer, not for a lane without work. */
  async #reply(): Promise<LaneReply> {
    this.#worker.ref();
    const reply = await new Promise<LaneReply>((resolve, reject) => { this.#waiting = { resolve, reject }; });
    if (reply.kind !== 'failed') return reply;
    throw reply.code === undefined ? new Error(reply.message) : new LensError(reply.code, reply.message, reply.hint);
  }

  #settle(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#worker.unref();
    return waiting;
  }
}

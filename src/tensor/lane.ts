/** The thread of one lane: starts a backend, then runs kernels on shared memory, one at a time. */
import { parentPort, workerData } from 'node:worker_threads';
import { LensError } from '../base/errors.js';
import { startBackend, type Backend } from './backend.js';
import { runKernel, type KernelArgs, type KernelName } from './kernels/kernels.js';
import type { LaneReply, LaneStart } from './laneThread.js';

interface Work {
  readonly kernel: KernelName;
  readonly args: KernelArgs<KernelName>;
}

const reply = (message: LaneReply): void => { parentPort?.postMessage(message); };

function failed(error: unknown): void {
  if (error instanceof LensError) reply({ kind: 'failed', code: error.code, message: error.message, hint: error.hint });
  else reply({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
}

function serve({ device, ...backend }: Backend): void {
  parentPort?.on('message', ({ kernel, args }: Work) => {
    try {
      runKernel(device, kernel, args);
      reply({ kind: 'done' });
    } catch (error) {
      failed(error);
    }
  });
  reply({ kind: 'started', backend });
}

const { backend, nativeFolder } = workerData as LaneStart;
startBackend(backend, nativeFolder).then(serve, failed);

import { LensError } from '../base/errors.js';
import { startHardware, type Hardware } from '../model/machine.js';
import { parsePolicy } from '../routing/policy.js';
import type { OpenParams } from '../protocol/engineApi.js';
import { tokenDetail } from '../trace/detail.js';
import { runSummary } from '../trace/summary.js';
import { findModels } from './discovery.js';
import type { CallOptions, Engine } from './engine.js';
import { modelFacts } from './modelFacts.js';
import { Queue } from './queue.js';
import { Session } from './session.js';
import { TraceStore } from './traceStore.js';

/** Our own engine: one checkpoint open at a time, one run at a time, the traces of recent runs kept for details. */
export function localEngine(): Engine {
  const queue = new Queue();
  const traces = new TraceStore();
  let current: { readonly key: string; readonly session: Session } | undefined;
  let running: { readonly key: string; readonly hardware: Hardware } | undefined;

  /** What computes goes on when another checkpoint is opened, with the memory that it has. */
  async function hardwareFor({ backend, nativeFolder, memory }: OpenParams): Promise<Hardware> {
    const key = JSON.stringify([backend, nativeFolder, memory]);
    if (running?.key === key) return running.hardware;
    await running?.hardware.close();
    running = undefined;
    running = { key, hardware: await startHardware({ backend, nativeFolder, memory }) };
    return running.hardware;
  }

  async function sessionFor(params: OpenParams): Promise<Session> {
    const { path, backend, nativeFolder, memory } = params;
    const key = JSON.stringify([path, backend, nativeFolder, memory]);
    if (current?.key === key) return current.session;
    await current?.session.close();
    current = undefined;
    current = { key, session: await Session.open(params, await hardwareFor(params)) };
    return current.session;
  }

  return {
    open: (params, options: CallOptions = {}) => queue.run(async () => {
      const { info: model, backend } = await sessionFor(params);
      return { model, backend };
    }, options.signal),

    trace: (params, options: CallOptions = {}) => {
      if (queue.isBusy) options.onProgress?.({ stage: 'waiting for another run', done: 0, total: 0 });
      return queue.run(async () => {
        const policies = params.policies.map(parsePolicy);
        options.onProgress?.({ stage: 'opening the model', done: 0, total: 1 });
        const session = await sessionFor(params);
        for (const policy of policies) session.check(policy); // all of them, before the first is run
        const results = await session.traces(params.text, policies, { ...options, surprisal: params.surprisal });
        void running?.hardware.lanes.widen(); // not waited for: the next run is the quicker for it
        return results.map((trace) => runSummary(trace, traces.add(trace)));
      }, options.signal);
    },

    detail: ({ traceId, token }) => {
      const trace = traces.get(traceId);
      if (!Number.isInteger(token) || token < 0 || token >= trace.tokens.ids.length) {
        throw new LensError('E_MESSAGE_INVALID', `The run has no token ${token}.`);
      }
      return tokenDetail(trace, token);
    },

    release: ({ traceIds }) => { traces.release(traceIds); },

    // these two touch no tensors: they need not wait for a run
    info: (params) => modelFacts(params),

    discover: (params, options: CallOptions = {}) => findModels(params, options),

    close: () => queue.run(async () => {
      await current?.session.close();
      await running?.hardware.close();
      current = running = undefined;
    }),
  };
}

import { throwIfCancelled } from '../base/abort.js';

/** Runs one task at a time, in the order they came: tensors of two runs must not mix. */
export class Queue {
  #last: Promise<unknown> = Promise.resolve();

  /** A task whose signal is aborted before its turn is not started. */
  run<R>(task: () => Promise<R>, signal?: AbortSignal): Promise<R> {
    const turn = this.#last.then(() => {
      throwIfCancelled(signal);
      return task();
    });
    this.#last = turn.catch(() => undefined); // the caller has the failure; the queue goes on
    return turn;
  }
}

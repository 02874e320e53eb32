import { cancelled, throwIfCancelled } from '../base/abort.js';

/** Runs one task at a time, in the order they came: tensors of two runs must not mix. */
export class Queue {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** True while a task is under way or waits. */
  get isBusy(): boolean {
    return this.#waiting > 0;
  }

  /** A cancelled caller hears of it at once; a task whose signal is aborted before its turn is not started. */
  run<R>(task: () => Promise<R>, signal?: AbortSignal): Promise<R> {
    const turn = this.#last.then(() => {
      throwIfCancelled(signal);
      return task();
    });
    this.#waiting++;
    this.#last = turn.catch(() => undefined).then(() => { this.#waiting--; }); // the caller has the failure; the queue goes on
    return signal === undefined ? turn : Promise.race([turn, cancelled(signal)]);
  }
}

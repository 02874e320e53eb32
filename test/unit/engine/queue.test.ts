import { describe, expect, it } from 'vitest';
import { Queue } from '../../../src/engine/queue.js';

describe('Queue', () => {
  it('runs one task at a time, in order, also after one that failed', async () => {
    const queue = new Queue();
    const seen: string[] = [];
    const task = (name: string, fails = false) => async (): Promise<void> => {
      seen.push(`${name}+`);
      await new Promise((resolve) => { setTimeout(resolve, 1); });
      seen.push(`${name}-`);
      if (fails) throw new Error(name);
    };
    const results = await Promise.allSettled([queue.run(task('a', true)), queue.run(task('b')), queue.run(task('c'))]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(seen).toEqual(['a+', 'a-', 'b+', 'b-', 'c+', 'c-']);
  });

  it('does not start a task that was cancelled while it waited', async () => {
    const queue = new Queue();
    const controller = new AbortController();
    const first = queue.run(() => new Promise((resolve) => { setTimeout(resolve, 20); }));
    let started = false;
    const second = expect(queue.run(() => { started = true; return Promise.resolve(); }, controller.signal)).rejects.toMatchObject({ code: 'E_CANCELLED' });
    controller.abort();
    await second; // at once: the first task is still under way
    expect(queue.isBusy).toBe(true);
    await first;
    await new Promise((resolve) => { setTimeout(resolve, 1); });
    expect(queue.isBusy).toBe(false);
    expect(started).toBe(false);
  });
});

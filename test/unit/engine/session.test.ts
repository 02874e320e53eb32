/** What runs share: the beginning of a text, what policies have in common, memory. On a fixture checkpoint, computed in this thread. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LensError } from '../../../src/base/errors.js';
import { Session } from '../../../src/engine/session.js';
import { startHardware, type Hardware } from '../../../src/model/machine.js';
import { parsePolicy } from '../../../src/routing/policy.js';
import type { Trace } from '../../../src/trace/trace.js';

const CHECKPOINTS = join(import.meta.dirname, '../../fixtures/checkpoints');
const NATIVE = parsePolicy('native');
const TOP_P = parsePolicy('top-p:0.4');
const TEXT = readFileSync(join(CHECKPOINTS, 'olmoe-a/text.txt'), 'utf8').repeat(2);

let hardware: Hardware;
beforeAll(async () => { hardware = { ...(await startHardware({ backend: 'wasm', nativeFolder: '', memory: 2 ** 30 })), settle: () => 0 }; });
afterAll(async () => {
  expect(hardware.memory.used).toBe(0);
  await hardware.close();
});

const options = (name: string) => ({ path: join(CHECKPOINTS, name), backend: 'wasm' as const, nativeFolder: '', memory: 2 ** 30 });
const open = (name = 'olmoe-a', on = hardware): Promise<Session> => Session.open(options(name), on);

async function using<R>(session: Session, work: (session: Session) => Promise<R>): Promise<R> {
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}

const fresh = async (text: string, policy = NATIVE, name = 'olmoe-a'): Promise<Trace> => using(await open(name), (session) => session.trace(text, policy));

/** The same experts everywhere, the same numbers but for rounding. */
function expectSame(found: Trace, expected: Trace): void {
  expect([...found.tokens.ids]).toEqual([...expected.tokens.ids]);
  found.layers.forEach((layer, i) => {
    const other = expected.layers[i];
    expect([...layer.ids]).toEqual([...(other?.ids ?? [])]);
    expect(worst(layer.chosen, other?.chosen)).toBeLessThan(1e-4);
    expect(worst(layer.runnersUpProbabilities, other?.runnersUpProbabilities)).toBeLessThan(1e-4);
  });
  expect(worst(found.surprisal.subarray(1), expected.surprisal.subarray(1))).toBeLessThan(1e-3);
}

/** Infinity where one has no number and the other has. */
const difference = (a: number, b: number): number => (Number.isNaN(a) || Number.isNaN(b) ? (Number.isNaN(a) === Number.isNaN(b) ? 0 : Infinity) : Math.abs(a - b));
const worst = (a: Float32Array, b: Float32Array = new Float32Array(0)): number => a.reduce((most, value, i) => Math.max(most, difference(value, b[i])), a.length === b.length ? 0 : Infinity);

describe('a text that begins as the one before', () => {
  it.each([
    ['goes on', `${TEXT} and more of it`],
    ['has another end', `${TEXT.slice(0, -12)} quite another end`],
    ['is shorter', TEXT.slice(0, TEXT.length / 2)],
    ['is changed in the middle', `${TEXT.slice(0, TEXT.length / 2)} changed ${TEXT.slice(TEXT.length / 2)}`],
    ['is the same', TEXT],
    ['is another from the first word on', `Something else. ${TEXT}`],
  ])('and %s gives what a fresh run gives', async (_, next) => {
    const again = await using(await open(), async (session) => {
      await session.trace(TEXT, NATIVE);
      return session.trace(next, NATIVE);
    });
    expectSame(again, await fresh(next));
  });

  it('is not taken for a text under another policy, and each policy goes on from its own', async () => {
    const next = `${TEXT} and more`;
    const [native, topP] = await using(await open(), async (session) => {
      await session.traces(TEXT, [NATIVE, TOP_P]); // layers before the first router are one for both
      await session.trace(`${TEXT} in between`, NATIVE);
      return session.traces(next, [NATIVE, TOP_P]);
    }) as [Trace, Trace];
    expectSame(native, await fresh(next));
    expectSame(topP, await fresh(next, TOP_P));
  });

  it('is computed only from where it differs: the time of expert layers is not told then', async () => {
    await using(await open(), async (session) => {
      expect((await session.trace(TEXT, NATIVE)).timings.expertMs).toBeGreaterThan(0);
      expect((await session.trace(`${TEXT} more`, NATIVE)).timings.expertMs).toBeUndefined();
      expect((await session.trace(`Other. ${TEXT}`, NATIVE)).timings.expertMs).toBeGreaterThan(0);
    });
  });

  it('still helps after a run that was cancelled', async () => {
    const next = `${TEXT} and more`;
    await using(await open(), async (session) => {
      await session.trace(TEXT, NATIVE);
      const controller = new AbortController();
      const stopped = session.trace(next, NATIVE, { signal: controller.signal, onProgress: ({ done }) => { if (done === 1) controller.abort(); } });
      await expect(stopped).rejects.toMatchObject({ code: 'E_CANCELLED' });
      const last = await session.trace(next, NATIVE);
      expect(last.timings.expertMs).toBeUndefined();
      expectSame(last, await fresh(next));
    });
  });

  it('has every probability where they are asked for, also when the run before kept a few', async () => {
    await using(await open(), async (session) => {
      const [few] = (await session.trace(TEXT, NATIVE)).layers;
      expect(few?.probabilities).toBeUndefined();
      const [first] = (await session.trace(`${TEXT} more`, NATIVE, { full: true })).layers;
      const [second] = (await session.trace(`${TEXT} more and more`, NATIVE, { full: true })).layers;
      for (const layer of [first, second]) expect(layer?.probabilities).toHaveLength((layer?.tokens ?? 0) * 16);
      const token = (few?.tokens ?? 0) - 1;
      const row = second?.probabilities?.subarray(token * 16, (token + 1) * 16);
      const chosen = Array.from(few?.ids.subarray(few.offsets[token]) ?? [], (expert) => row?.[expert] ?? NaN);
      expect(worst(Float32Array.from(chosen), few?.chosen.subarray(few.offsets[token]))).toBeLessThan(1e-4);
    });
  });

  it('has its surprisal, also when the run before was asked for none', async () => {
    const next = `${TEXT} and more`;
    const found = await using(await open(), async (session) => {
      await session.trace(TEXT, NATIVE, { surprisal: false });
      return session.trace(next, NATIVE);
    });
    expectSame(found, await fresh(next));
  });

  it.each(['deepseekv2-a', 'lfm2moe-a', 'mixtral-b', 'olmoe-d', 'gptoss-bf16', 'phimoe-a'])('works with the attention, convolution and rotation of %s', async (name) => {
    const text = readFileSync(join(CHECKPOINTS, name, 'text.txt'), 'utf8');
    for (const next of [`${text} more`, text.slice(0, text.length * 0.7), `${text} ${text}`]) {
      const found = await using(await open(name), async (session) => {
        await session.trace(text, NATIVE);
        return session.trace(next, NATIVE);
      });
      expectSame(found, await fresh(next, NATIVE, name));
    }
  });
});

describe('policies that are run together', () => {
  it('give what each gives alone', async () => {
    const policies = ['native', 'top-k:1', 'top-p:0.4', 'top-k:4'].map(parsePolicy);
    const together = await using(await open(), (session) => session.traces(TEXT, policies));
    for (const [i, trace] of together.entries()) expectSame(trace, await fresh(TEXT, policies[i]));
  });

  it('are computed once where they are the same rule', async () => {
    const { nativePolicy } = (await using(await open(), (session) => Promise.resolve(session))).info;
    await using(await open(), async (session) => {
      const [a, b] = await session.traces(TEXT, [NATIVE, parsePolicy(nativePolicy)]) as [Trace, Trace];
      expect(a.layers[0]?.chosen).toBe(b.layers[0]?.chosen);
      expect(a.policy).not.toEqual(b.policy);
    });
  });
});

describe('memory', () => {
  it('that is short makes earlier runs and weights leave, not a run fail', async () => {
    const expected = await fresh(TEXT);
    const small = { ...(await startHardware({ backend: 'wasm', nativeFolder: '', memory: 2 ** 20 })), settle: () => 0 };
    try {
      await using(await open('olmoe-a', small), async (session) => {
        for (const text of [TEXT, `A. ${TEXT}`, `B. ${TEXT}`]) await session.trace(text, NATIVE);
        expectSame(await session.trace(TEXT, NATIVE), expected);
        expect(small.memory.touched).toBeLessThanOrEqual(2 ** 20);
      });
      expect(small.memory.used).toBe(0);
    } finally {
      await small.close();
    }
  });

  it('that cannot do is told before anything is computed, with what would', async () => {
    const small = { ...(await startHardware({ backend: 'wasm', nativeFolder: '', memory: 100_000 })), settle: () => 0 };
    try {
      await using(await open('olmoe-a', small), async (session) => {
        const error = await session.trace(TEXT, NATIVE).catch((reason: unknown) => reason);
        expect(error).toMatchObject({ code: 'E_OUT_OF_MEMORY' });
        expect(String(error)).toMatch(/This run needs .* and the memory budget is/);
        expect((error as LensError).hint).toContain('moeLens.memoryBudget');
      });
    } finally {
      await small.close();
    }
  });
});

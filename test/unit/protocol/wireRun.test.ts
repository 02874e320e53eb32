import { serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { fromWireRun, toWireRun } from '../../../src/protocol/wireRun.js';
import { makeRun } from '../host/support/runs.js';

const TOKENS = 5000;
/** As many as Qwen3-235B has. */
const LAYERS = 94;

function run(length: number, largest: number): ReturnType<typeof makeRun> {
  const tokens = Array.from({ length }, (_, t) => [4 * t, 4 * t + 4] as const);
  return makeRun(tokens, Array.from({ length: LAYERS }, (_, m) => tokens.map((_, t) => 1 + ((t + m) % largest))));
}

describe('a run on its way from the engine', () => {
  it('takes less than 1 MB for 5,000 tokens in 94 layers', () => {
    // Node's IPC with `serialization: 'advanced'` sends what v8.serialize gives
    expect(serialize(toWireRun(run(TOKENS, 255))).length).toBeLessThan(1_000_000);
  });

  it.each([8, 255, 256, 512])('arrives as it was when counts go up to %d', (largest) => {
    const sent = run(600, largest);
    expect(fromWireRun(toWireRun(sent))).toEqual(sent);
  });
});

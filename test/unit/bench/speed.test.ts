import { describe, expect, it } from 'vitest';
import { roundToBf16, toBf16, toQ8 } from '../../../bench/lib/numbers.mjs';
import { readOptions } from '../../../bench/lib/options.mjs';
import { combine } from '../../../bench/lib/results.mjs';
import { BENCH_SHAPE, flops, parseShape } from '../../../bench/lib/shape.mjs';
import { costTables, speedTables } from '../../../bench/lib/tables.mjs';

const shape = { layers: 2, hidden: 4, heads: 1, experts: 3, topK: 2, inner: 5, vocabulary: 9 };
const cell = (engine: string, round: number, wallMs: number[], more = {}) =>
  ({ shape, engine, threads: 1, tokens: 16, policy: 'native', round, reps: 2, wallMs, cpuMs: wallMs.map((ms) => ms + 1), loadMs: 2000, firstMs: 50, peakRssMB: 100 * round, loadAverage: round, ...more });

describe('the operations of a pass', () => {
  it('are two for each weight that a token uses and for each pair of tokens', () => {
    const perToken = 2 * (4 * 16 + 3 * 4 + 2 * 3 * 4 * 5);
    expect(flops(shape, 7, 2)).toBe(2 * (7 * perToken + 2 * 4 * 49));
  });

  it('leave out the last mixture for rows whose logits nobody needs', () => {
    expect(flops(shape, 7, 2) - flops(shape, 7, 2, 1)).toBe(2 * 6 * (3 * 4 + 2 * 3 * 4 * 5));
  });
});

describe('measurements', () => {
  it('become the best of all rounds, the median of all passes and the largest resident set', () => {
    const [figure] = combine([cell('transformers-eager', 1, [30, 20]), cell('transformers-eager', 2, [25, 24])]);
    expect(figure).toMatchObject({ wallMs: 20, medianMs: 24.5, cpuMs: 21, passes: 4, tokensPerSecond: 800, loadSeconds: 2, peakRssMB: 200, loadAverage: [1, 2] });
  });

  it('count only if they did not fail, and fail if all did', () => {
    const failed = { ...cell('llama.cpp-f32', 1, []), failed: 'no room' };
    expect(combine([failed, cell('llama.cpp-f32', 2, [7])])[0]).toMatchObject({ wallMs: 7 });
    expect(combine([failed])[0]).toMatchObject({ failed: 'no room' });
  });
});

describe('the tables', () => {
  const engines = [{ name: 'moe-lens-native' }, { name: 'transformers-eager' }, { name: 'llama.cpp-f32', missing: 'not installed', remedy: 'install it' }];
  const run = { shape, engines, threads: [1], tokens: [16] };

  it('give ratios of MoE Lens to the others and name what is missing', () => {
    const [{ rows }] = speedTables(combine([cell('moe-lens-native', 1, [20]), cell('transformers-eager', 1, [40])]), run);
    expect(rows.map((row: string[]) => [row[0], row.at(-1)])).toEqual([['MoE Lens, native', '1.00'], ['transformers f32, eager', '0.50'], ['llama.cpp F32', '']]);
    expect(rows[2][1]).toBe('missing: not installed (install it)');
  });

  it('hold the experts\' time against the mean count', () => {
    const cells = [['top-k:1', 1, 6], ['top-k:2', 2, 10]].map(([policy, meanCount, ms]) => cell('moe-lens-native', 1, [20], { policy, meanCount, expertMs: [ms], expertCpuMs: [ms] }));
    const [{ rows }] = costTables(combine(cells), run);
    expect(rows.map((row: string[]) => row.slice(4, 7))).toEqual([['0.500', '0.600', '20 %'], ['1.000', '1.000', '0 %']]);
  });
});

describe('the options', () => {
  it('change the shape and count as a full run only as they are by themselves', () => {
    expect(parseShape('layers=4')).toEqual({ ...BENCH_SHAPE, layers: 4 });
    expect(readOptions([])).toMatchObject({ tokens: [16, 128, 512, 2048], whole: true });
    expect(readOptions(['--only', 'llama'])).toMatchObject({ whole: false, engines: [{ name: 'llama.cpp-f32' }, { name: 'llama.cpp-bf16' }, { name: 'llama.cpp-q8_0' }] });
    expect(() => readOptions(['--reps', '0'])).toThrow('--reps: "0" is not a whole number above 0.');
  });
});

describe('the numbers of a checkpoint', () => {
  it('are rounded to bfloat16, ties to even', () => {
    const values = Float32Array.of(1, 1 + 2 ** -8, 1 + 3 * 2 ** -8, -0.1);
    expect([...toBf16(values)]).toEqual([0x3f80, 0x3f80, 0x3f82, 0xbdcd]);
    roundToBf16(values);
    expect(values[1]).toBe(1);
  });

  it('become ggml\'s Q8_0: a half-precision scale and 32 bytes', () => {
    const bytes = toQ8(Float32Array.from({ length: 32 }, (_, i) => (i === 0 ? -127 : i)));
    expect([...bytes.slice(0, 5)]).toEqual([0x00, 0x3c, 129, 1, 2]);
  });
});

import { beforeAll, describe, expect, it } from 'vitest';
import { startBackend } from '../../src/tensor/backend.js';
import type { Device } from '../../src/tensor/device.js';
import { attend, type AttendArgs } from '../../src/tensor/kernels/attend.js';
import { experts, type ExpertsArgs } from '../../src/tensor/kernels/experts.js';
import type { Activation } from '../../src/tensor/kernels/gate.js';
import { SharedMemory } from '../../src/tensor/memory.js';

const memory = new SharedMemory(1e9);
let seed = 1;

/** Numbers between -1 and 1, in memory that TensorFlow does not copy. */
function random(count: number): Float32Array {
  const block = memory.allocate(count * 4);
  if (block === undefined) throw new Error('no memory');
  const values = memory.floats(block, count);
  for (let i = 0; i < count; i++) values[i] = (seed = (seed * 16_807) % 2_147_483_647) / 2 ** 30 - 1;
  return values;
}

/** Experts for random tenths of the rows; the first for all of them, the last for one. */
function expertsArgs(rows: number, count: number, activation: Activation, bias: boolean): ExpertsArgs {
  const [hidden, inner] = [48, 32];
  const own = Array.from({ length: count }, (_, e) => {
    const taken = Int32Array.from(Array.from({ length: rows }, (_, row) => row).filter((row) => e === 0 || (e === count - 1 ? row === rows - 1 : (row * 7 + e) % 10 === 0)));
    return {
      gateUp: random(2 * inner * hidden), down: random(hidden * inner), gateUpBias: bias ? random(2 * inner) : undefined, downBias: bias ? random(hidden) : undefined,
      rows: taken, weights: random(taken.length),
    };
  });
  return { x: random(rows * hidden), sum: random(rows * hidden), hidden, inner, activation, experts: own };
}

/** The same in double precision. */
function expertsReference({ x, sum, hidden, inner, activation, experts: all }: ExpertsArgs): Float64Array {
  const result = Float64Array.from(sum);
  const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));
  const gated = (gate: number, up: number): number => {
    if (activation.kind === 'silu') return gate * sigmoid(gate) * up;
    const limited = Math.min(gate, activation.limit);
    return limited * sigmoid(1.702 * limited) * (Math.max(-activation.limit, Math.min(activation.limit, up)) + 1);
  };
  for (const { gateUp, down, gateUpBias, downBias, rows, weights } of all) {
    const product = (weight: ExpertsArgs['experts'][0]['down'], bias: Float32Array | undefined, at: number, input: (c: number) => number, width: number): number => {
      let total = bias?.[at] ?? 0;
      for (let c = 0; c < width; c++) total += (weight as Float32Array)[at * width + c] * input(c);
      return total;
    };
    rows.forEach((row, i) => {
      const activated = Array.from({ length: inner }, (_, j) => gated(...([j, inner + j].map((at) => product(gateUp, gateUpBias, at, (c) => x[row * hidden + c], hidden)) as [number, number])));
      for (let h = 0; h < hidden; h++) result[row * hidden + h] += weights[i] * product(down, downBias, h, (j) => activated[j], inner);
    });
  }
  return result;
}

interface Shape {
  readonly rows: number;
  readonly first: number;
  readonly group?: number;
  readonly window?: number;
  readonly sinks?: boolean;
}

/** Two key-value heads, values of another width than keys, room for more tokens than there are. */
function attendArgs({ rows, first, group = 1, window, sinks = false }: Shape): AttendArgs {
  const [heads, width, valueWidth, capacity] = [2 * group, 24, 16, first + rows + 5];
  return {
    queries: random(heads * rows * width), rows, first, width, headFrom: 0, headTo: heads, group, keys: random(2 * capacity * width), values: random(2 * capacity * valueWidth), capacity, valueWidth,
    window, sinks: sinks ? random(heads) : undefined, into: new Float32Array(rows * heads * valueWidth), stride: heads * valueWidth,
  };
}

/** The same in double precision, token by token. */
function attendReference(args: AttendArgs): Float64Array {
  const { queries, rows, first, width, headTo, group, keys, values, capacity, valueWidth, window = Infinity, sinks, stride } = args;
  const result = new Float64Array(rows * stride);
  for (let h = 0; h < headTo; h++) {
    const kv = Math.floor(h / group);
    for (let row = 0; row < rows; row++) {
      let total = sinks === undefined ? 0 : Math.exp(sinks[h]);
      for (let key = Math.max(0, first + row - window + 1); key <= first + row; key++) {
        let score = 0;
        for (let c = 0; c < width; c++) score += queries[(h * rows + row) * width + c] * keys[(kv * capacity + key) * width + c];
        total += Math.exp(score);
        for (let c = 0; c < valueWidth; c++) result[row * stride + h * valueWidth + c] += Math.exp(score) * values[(kv * capacity + key) * valueWidth + c];
      }
      for (let c = 0; c < valueWidth; c++) result[row * stride + h * valueWidth + c] /= total;
    }
  }
  return result;
}

function expectNear(actual: Float32Array, expected: Float64Array): void {
  expect(actual.length).toBe(expected.length);
  const size = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  expect(actual.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]) / size), 0)).toBeLessThan(2e-6);
}

describe.each(['native', 'wasm'] as const)('kernels on %s', (backend) => {
  let device: Device;
  beforeAll(async () => { ({ device } = await startBackend(backend, '')); });

  it.each([1, 5, 40, 130, 600])('experts add their weighted outputs for %i rows to what is there', (rows) => {
    const args = expertsArgs(rows, 5, { kind: 'silu' }, false);
    const expected = expertsReference(args);
    experts(device, args);
    expectNear(args.sum, expected);
  });

  it('experts with biases and a clamped gate', () => {
    const args = expertsArgs(70, 4, { kind: 'clamped', limit: 1.5 }, true);
    const expected = expertsReference(args);
    experts(device, args);
    expectNear(args.sum, expected);
  });

  it('rows that no expert is for stay as they are, also when there are no experts', () => {
    const args = expertsArgs(20, 3, { kind: 'silu' }, false);
    const before = args.sum.slice();
    experts(device, { ...args, experts: [] });
    expect(args.sum).toEqual(before);
    experts(device, { ...args, experts: args.experts.slice(2) });
    expect(args.sum.subarray(0, 19 * args.hidden)).toEqual(before.subarray(0, 19 * args.hidden));
    expect(args.sum).not.toEqual(before);
  });

  it.each<Shape>([
    { rows: 1, first: 0 },
    { rows: 9, first: 0 },
    { rows: 300, first: 0 },
    { rows: 150, first: 37 },
    { rows: 140, first: 10, group: 3 },
    { rows: 300, first: 0, window: 20 },
    { rows: 135, first: 200, window: 150, group: 2 },
    { rows: 1, first: 90, window: 16, sinks: true },
    { rows: 260, first: 3, window: 64, group: 2, sinks: true },
  ])('attention sees what it may: %o', (shape) => {
    const args = attendArgs(shape);
    attend(device, args);
    expectNear(args.into, attendReference(args));
  });

  it('a lane computes its heads and leaves the others alone', () => {
    const args = attendArgs({ rows: 12, first: 0, group: 2 });
    attend(device, { ...args, headFrom: 1, headTo: 3 });
    const expected = attendReference(args);
    for (let row = 0; row < 12; row++) {
      for (let c = 0; c < args.stride; c++) if (Math.floor(c / args.valueWidth) % 3 === 0) expected[row * args.stride + c] = 0;
    }
    expectNear(args.into, expected);
  });
});

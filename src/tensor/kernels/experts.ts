import type { Device, Tensor } from '../device.js';
import { slice, type Numbers } from '../numbers.js';
import { activate, type Activation } from './gate.js';

/** A gated feed-forward in memory: down(activation(gate x, up x)). */
export interface ExpertWeights {
  /** [2 inner, hidden]: the rows of gate, then those of up */
  readonly gateUp: Numbers;
  /** [hidden, inner] */
  readonly down: Numbers;
  /** [2 inner] and [hidden] */
  readonly gateUpBias: Float32Array | undefined;
  readonly downBias: Float32Array | undefined;
}

/** One expert's part of a batch: its output for row rows[i], times weights[i], is added to that row of the sum. */
export interface ExpertWork extends ExpertWeights {
  readonly rows: Int32Array;
  readonly weights: Float32Array;
}

export interface ExpertsArgs {
  /** [T, hidden] */
  readonly x: Float32Array;
  /** [T, hidden], added to */
  readonly sum: Float32Array;
  readonly hidden: number;
  readonly inner: number;
  readonly activation: Activation;
  readonly experts: readonly ExpertWork[];
}

/** Rows that go through an expert at a time: more gain no speed, and take memory. */
const ROWS = 512;

/** Runs experts one after the other, each on its rows only. */
export function experts(device: Device, args: ExpertsArgs): void {
  const { x, hidden, inner, sum } = args;
  const { rows, placeOf } = rowsOf(args);
  if (rows.length === 0) return;
  device.scope(() => {
    const total = device.summed(device.gather(sum, hidden, rows), (add) => {
      for (const expert of args.experts) {
        device.scope(() => {
          const part = (from: number): Tensor => device.weight(slice(expert.gateUp, from * hidden, inner * hidden), inner, hidden);
          const weights = { gate: part(0), up: part(inner), down: device.weight(expert.down, hidden, inner) };
          for (let from = 0; from < expert.rows.length; from += ROWS) {
            const own = expert.rows.subarray(from, from + ROWS);
            device.scope(() => {
              const output = runExpert(device, args, { ...expert, ...weights, input: device.gather(x, hidden, own) });
              add(own.map((row) => placeOf[row]), expert.weights.subarray(from, from + ROWS), output);
            });
          }
        });
      }
    });
    const result = device.read(total);
    for (const [place, row] of rows.entries()) sum.set(result.subarray(place * hidden, (place + 1) * hidden), row * hidden);
  });
}

/** The rows that any of the experts is for, and where each of them is among these. */
function rowsOf({ x, hidden, experts }: ExpertsArgs): { readonly rows: Int32Array; readonly placeOf: Int32Array } {
  const placeOf = new Int32Array(x.length / hidden).fill(-1);
  const rows: number[] = [];
  for (const expert of experts) for (const row of expert.rows) if (placeOf[row] === -1) placeOf[row] = rows.push(row) - 1;
  return { rows: Int32Array.from(rows), placeOf };
}

interface ExpertRows extends Pick<ExpertWork, 'gateUpBias' | 'downBias'> {
  readonly input: Tensor;
  readonly gate: Tensor;
  readonly up: Tensor;
  readonly down: Tensor;
}

/** (n, hidden) to (n, hidden) */
function runExpert(device: Device, { inner, activation }: ExpertsArgs, { input, gate, up, down, gateUpBias, downBias }: ExpertRows): Tensor {
  const linear = (x: Tensor, weight: Tensor, bias: Float32Array | undefined): Tensor => {
    const product = device.linear(x, weight);
    return bias === undefined ? product : device.add(product, device.from(bias, 1, bias.length));
  };
  const activated = activate(device, activation, linear(input, gate, gateUpBias?.subarray(0, inner)), linear(input, up, gateUpBias?.subarray(inner))); // (n, inner)
  return linear(activated, down, downBias); // (n, hidden)
}

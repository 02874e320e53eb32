import type { Device, Tensor } from '../device.js';
import type { Numbers } from '../numbers.js';
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
  const { hidden, inner } = args;
  for (const expert of args.experts) {
    device.scope(() => {
      const gateUp = device.weight(expert.gateUp, 2 * inner, hidden);
      const down = device.weight(expert.down, hidden, inner);
      for (let from = 0; from < expert.rows.length; from += ROWS) {
        device.scope(() => { runExpert(device, args, { ...expert, gateUp, down, rows: expert.rows.subarray(from, from + ROWS), weights: expert.weights.subarray(from, from + ROWS) }); });
      }
    });
  }
}

interface ExpertRows extends Omit<ExpertWork, 'gateUp' | 'down'> {
  readonly gateUp: Tensor;
  readonly down: Tensor;
}

function runExpert(device: Device, { x, sum, hidden, inner, activation }: ExpertsArgs, { rows, weights, ...expert }: ExpertRows): void {
  const input = device.from(gather(x, rows, hidden), rows.length, hidden);
  const column = (product: Tensor, bias: Float32Array | undefined): Tensor => (bias === undefined ? product : device.add(product, device.from(bias, bias.length, 1)));
  const gateUp = column(device.timesTransposed(expert.gateUp, input), expert.gateUpBias); // (2 inner, n)
  const activated = activate(device, activation, device.rows(gateUp, 0, inner), device.rows(gateUp, inner, inner)); // (inner, n)
  const output = column(device.times(expert.down, activated), expert.downBias); // (hidden, n)
  addWeighted(sum, device.read(device.transpose(output)), rows, weights, hidden);
}

let gathered = new Float32Array(0);

/** The rows of x one behind the other, in memory that the next call uses again. */
function gather(x: Float32Array, rows: Int32Array, width: number): Float32Array {
  if (gathered.length < rows.length * width) gathered = new Float32Array(rows.length * width);
  for (let i = 0; i < rows.length; i++) gathered.set(x.subarray(rows[i] * width, (rows[i] + 1) * width), i * width);
  return gathered.subarray(0, rows.length * width);
}

/** sum[rows[i]] += weights[i] * output[i] */
function addWeighted(sum: Float32Array, output: Float32Array, rows: Int32Array, weights: Float32Array, width: number): void {
  for (let i = 0; i < rows.length; i++) {
    const weight = weights[i];
    const to = rows[i] * width;
    const from = i * width;
    for (let c = 0; c < width; c++) sum[to + c] += weight * output[from + c];
  }
}

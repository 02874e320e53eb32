import type { Device } from '../device.js';
import type { Numbers } from '../numbers.js';

export interface NormaliserArgs {
  /** [rows, width] */
  readonly x: Float32Array;
  readonly rows: number;
  readonly width: number;
  /** [outputs, width]: a part of the output layer */
  readonly weight: Numbers;
  readonly outputs: number;
  /** Factor on the products, and [outputs] added to them. */
  readonly scale: number;
  readonly bias: Float32Array | undefined;
  /** [rows]: ln of the sum of exp of these logits */
  readonly into: Float32Array;
}

/** Rows at a time: [ROWS, outputs] logits are in memory. */
const ROWS = 512;

/** The part of a softmax's normaliser that some of the vocabulary makes. */
export function normaliser(device: Device, { x, rows, width, weight, outputs, scale, bias, into }: NormaliserArgs): void {
  device.scope(() => {
    const w = device.weight(weight, outputs, width);
    for (let from = 0; from < rows; from += ROWS) {
      const count = Math.min(ROWS, rows - from);
      device.scope(() => {
        const product = device.linear(device.from(x.subarray(from * width, (from + count) * width), count, width), w);
        const scaled = scale === 1 ? product : device.scale(product, scale);
        const logits = bias === undefined ? scaled : device.add(scaled, device.from(bias, 1, outputs)); // (count, outputs)
        into.set(device.read(device.logSumExpRows(logits)), from);
      });
    }
  });
}

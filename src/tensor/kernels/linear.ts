import type { Device } from '../device.js';
import type { Numbers } from '../numbers.js';

/** One product of `LinearArgs`: its columns go to columns [column, column + outputs) of a [rows, stride] array. */
export interface LinearProduct {
  /** [outputs, width] as stored */
  readonly weight: Numbers;
  readonly bias: Float32Array | undefined;
  readonly outputs: number;
  readonly into: Float32Array;
  readonly stride: number;
  readonly column: number;
}

export interface LinearArgs {
  /** [rows, width] */
  readonly x: Float32Array;
  readonly rows: number;
  readonly width: number;
  readonly products: readonly LinearProduct[];
}

/** x Wᵗ (+ b) for one or several weights. */
export function linear(device: Device, { x, rows, width, products }: LinearArgs): void {
  device.scope(() => {
    const input = device.from(x, rows, width);
    for (const { weight, bias, outputs, into, stride, column } of products) {
      device.scope(() => {
        const product = device.linear(input, device.weight(weight, outputs, width));
        const values = device.read(bias === undefined ? product : device.add(product, device.from(bias, 1, outputs)));
        if (outputs === stride) into.set(values);
        else for (let row = 0; row < rows; row++) into.set(values.subarray(row * outputs, (row + 1) * outputs), row * stride + column);
      });
    }
  });
}

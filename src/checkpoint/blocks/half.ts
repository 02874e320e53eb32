import { widen } from '../widen.js';

let values: Float32Array | undefined;

/** The f32 value of all 65,536 f16 patterns (256 KiB, made when first needed): scales of blocks are f16. */
export function f16Values(): Float32Array {
  if (values !== undefined) return values;
  const patterns = new Uint8Array(2 * 65_536);
  for (let i = 0; i < 65_536; i++) {
    patterns[2 * i] = i & 255;
    patterns[2 * i + 1] = i >> 8;
  }
  values = widen('F16', patterns);
  return values;
}

// Random weights, the same for the same seed, and the element types that they are written in.

const POOL = 2 ** 22;

/** xorshift32: [0, 1) */
export function randomOf(seed) {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Fills rows with normally distributed numbers: pieces of a pool of four million, from a place of its own for each row. */
export function normals(seed) {
  const random = randomOf(seed);
  const pool = Float32Array.from({ length: POOL }, () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));
  return (into, row) => {
    for (let from = 0; from < into.length; from += row) into.set(pool.subarray(...pieceOf(random, row)), from);
  };
}

function pieceOf(random, length) {
  const start = Math.floor(random() * (POOL - length));
  return [start, start + length];
}

/** To bfloat16, rounded to the nearest, ties to even. */
export function toBf16(values) {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const rounded = new Uint16Array(bits.length);
  for (let i = 0; i < bits.length; i++) rounded[i] = (bits[i] + 0x7fff + ((bits[i] >>> 16) & 1)) >>> 16;
  return rounded;
}

/** Rounds in place to what bfloat16 can hold: all files then have the same numbers. */
export function roundToBf16(values) {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < bits.length; i++) bits[i] = ((bits[i] + 0x7fff + ((bits[i] >>> 16) & 1)) & 0xffff0000) >>> 0;
}

const ONE_FLOAT = new Float32Array(1);
const ITS_BITS = new Uint32Array(ONE_FLOAT.buffer);

/** To half precision, for scales: normal numbers only, rounded to the nearest. */
function toF16(value) {
  ONE_FLOAT[0] = value;
  const bits = ITS_BITS[0];
  const exponent = ((bits >>> 23) & 0xff) - 112;
  if (exponent <= 0) return 0;
  const rounded = (exponent << 10) + ((bits & 0x7fffff) >>> 13) + ((bits >>> 12) & 1);
  return ((bits >>> 16) & 0x8000) | rounded;
}

/** ggml's Q8_0: 32 numbers as one half-precision scale and 32 bytes. Source: ggml-quants.c, quantize_row_q8_0_ref. */
export function toQ8(values) {
  const blocks = values.length / 32;
  const bytes = new Uint8Array(blocks * 34);
  for (let block = 0; block < blocks; block++) {
    const from = block * 32;
    let largest = 0;
    for (let i = 0; i < 32; i++) largest = Math.max(largest, Math.abs(values[from + i]));
    const perUnit = largest === 0 ? 0 : 127 / largest;
    const scale = toF16(largest / 127);
    const to = block * 34;
    bytes[to] = scale & 0xff;
    bytes[to + 1] = scale >>> 8;
    for (let i = 0; i < 32; i++) bytes[to + 2 + i] = Math.round(values[from + i] * perUnit);
  }
  return bytes;
}

/**
 * Turns whole blocks into numbers: `blocks` blocks from the start of `source` on become consecutive elements of `out`,
 * from index `at` on. Returns true if all of them are finite. A block of which a scale is NaN or infinite has no finite
 * number, so looking at the scales is enough (of a scale s, 0 * s is 0 or NaN, and so is the sum over all blocks).
 *
 * All arithmetic is done in doubles and rounded once, when a number is stored as f32. That equals the f32 arithmetic
 * of ggml and gguf-py, bit for bit: products of a scale and codes have at most 24 significant bits, so both have them
 * exact, and one sum or difference of two f32 in double rounds to the same f32 (53 >= 2 x 24 + 2 bits).
 *
 * Layouts: ggml-common.h; values: the `dequantize_row_*` functions of ggml-quants.c.
 */
export type Dequantize = (source: Uint8Array, blocks: number, out: Float32Array, at: number) => boolean;

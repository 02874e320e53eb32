import { matrix, scale, scope, type Matrix } from '../tensor/ops.js';
import type { Decoder } from './decoder.js';
import { normed } from './layers/norm.js';
import { disposeTables, ropeTables } from './layers/rope.js';
import { breathe, type Pass } from './pass.js';

/** What the caller decides of a pass; `forward` adds the rotations. `onLayer` is called after each layer. */
export type PassOptions = Omit<Pass, 'rope'> & { readonly onLayer?: (layer: number) => void };

/**
 * Runs `ids` through all layers, continuing after the tokens in `options.cache`.
 * Returns the normed hidden states [T, hidden]; the caller disposes them.
 * @throws E_CANCELLED, E_WEIGHTS_NOT_FINITE, E_OUT_OF_MEMORY and what reading a checkpoint may throw
 */
export async function forward(decoder: Decoder, ids: Int32Array, options: PassOptions): Promise<Matrix> {
  const { weights, cache, signal, onLayer } = options;
  const { rope, embeddingScale = 1 } = decoder;
  const tables = ropeTables(rope, cache.tokens, ids.length, rope.divisors === undefined ? undefined : await weights.values(rope.divisors));
  const pass: Pass = { ...options, rope: tables };
  try {
    return await scope(async () => {
      const embedded = matrix(await weights.rows(decoder.embedding, ids), ids.length, decoder.hiddenSize);
      let x = embeddingScale === 1 ? embedded : scale(embedded, embeddingScale); // (T, hidden)
      for (const [layer, block] of decoder.blocks.entries()) {
        await breathe(signal);
        const before = x;
        x = await scope(() => block.forward(before, layer, pass));
        before.dispose();
        onLayer?.(layer);
      }
      cache.advance(ids.length);
      return normed(x, decoder.finalNorm, weights);
    });
  } finally {
    disposeTables(tables);
  }
}

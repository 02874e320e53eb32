import { matrix, scope, type Matrix } from '../tensor/ops.js';
import type { Decoder } from './decoder.js';
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
  const tables = ropeTables(decoder.rope, cache.tokens, ids.length);
  const pass: Pass = { ...options, rope: tables };
  try {
    return await scope(async () => {
      let x = matrix(await weights.rows(decoder.embedding, ids), ids.length, decoder.hiddenSize); // (T, hidden)
      for (const [layer, block] of decoder.blocks.entries()) {
        await breathe(signal);
        const before = x;
        x = await scope(() => block.forward(before, layer, pass));
        before.dispose();
        onLayer?.(layer);
      }
      cache.advance(ids.length);
      return weights.use({ weight: decoder.finalNorm.weight }, ({ weight }) => decoder.finalNorm.apply(x, weight));
    });
  } finally {
    disposeTables(tables);
  }
}

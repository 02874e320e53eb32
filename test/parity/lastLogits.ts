import { openCheckpoint } from '../../src/checkpoint/open.js';
import { forward } from '../../src/model/forward.js';
import { KvCache } from '../../src/model/kvCache.js';
import { readModel } from '../../src/model/model.js';
import { Weights } from '../../src/model/weights.js';
import type { Policy } from '../../src/routing/policy.js';
import { read } from '../../src/tensor/ops.js';

/** Logits after the last token, [vocabulary], on the backend that runs. The output layer is done here in float64, by itself. */
export async function lastLogits(path: string, ids: readonly number[], policy: Policy): Promise<number[]> {
  const checkpoint = await openCheckpoint(path);
  const { decoder, store } = readModel(checkpoint);
  const weights = new Weights(store, 2 ** 30);
  const cache = new KvCache();
  try {
    const hidden = await forward(decoder, Int32Array.from(ids), { weights, cache, policy, onRouting: () => undefined });
    const last = read(hidden).slice(-decoder.hiddenSize);
    hidden.dispose();
    const bias = decoder.outputBias === undefined ? undefined : await store.readFloat32(decoder.outputBias.name, 0, decoder.vocabularySize);
    const output = await store.readFloat32(decoder.output.name, 0, decoder.vocabularySize * decoder.hiddenSize);
    return Array.from({ length: decoder.vocabularySize }, (_, token) => {
      const product = last.reduce((sum, value, i) => sum + value * output[token * decoder.hiddenSize + i], 0);
      return product * (decoder.outputScale ?? 1) + (bias?.[token] ?? 0);
    });
  } finally {
    weights.dispose();
    cache.dispose();
    await store.close();
  }
}

/** Largest difference, relative to the largest logit. */
export function worstLogit(found: readonly number[], expected: readonly number[]): number {
  const largest = expected.reduce((most, logit) => Math.max(most, Math.abs(logit)), 0);
  return expected.reduce((worst, logit, i) => Math.max(worst, Math.abs(found[i] - logit) / largest), 0);
}

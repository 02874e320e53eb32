import { openCheckpoint } from '../../src/checkpoint/open.js';
import { forward } from '../../src/model/forward.js';
import { startMachine } from '../../src/model/machine.js';
import { readModel } from '../../src/model/model.js';
import type { Policy } from '../../src/routing/policy.js';
import type { BackendPreference } from '../../src/tensor/backend.js';

/** Logits after the last token, [vocabulary]. The output layer is done here in float64, by itself. */
export async function lastLogits(path: string, ids: readonly number[], policy: Policy, backend: BackendPreference): Promise<number[]> {
  const checkpoint = await openCheckpoint(path);
  const { decoder, store } = readModel(checkpoint);
  const machine = await startMachine(store, { backend, nativeFolder: '', threads: 1 });
  const cache = machine.newCache(ids.length);
  try {
    const last = await machine.scratch.scope(async () => {
      const hidden = await forward(decoder, [{ ids: Int32Array.from(ids), cache, policy, onRouting: () => undefined }], machine);
      return hidden.values.slice(-decoder.hiddenSize);
    });
    const bias = decoder.outputBias === undefined ? undefined : await store.readFloat32(decoder.outputBias.name, 0, decoder.vocabularySize);
    const output = await store.readFloat32(decoder.output.name, 0, decoder.vocabularySize * decoder.hiddenSize);
    return Array.from({ length: decoder.vocabularySize }, (_, token) => {
      const product = last.reduce((sum, value, i) => sum + value * output[token * decoder.hiddenSize + i], 0);
      return product * (decoder.outputScale ?? 1) + (bias?.[token] ?? 0);
    });
  } finally {
    cache.dispose();
    await machine.close();
    await store.close();
  }
}

/** Largest difference, relative to the largest logit. */
export function worstLogit(found: readonly number[], expected: readonly number[]): number {
  const largest = expected.reduce((most, logit) => Math.max(most, Math.abs(logit)), 0);
  return expected.reduce((worst, logit, i) => Math.max(worst, Math.abs(found[i] - logit) / largest), 0);
}

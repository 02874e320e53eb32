import { openCheckpointHeader } from '../checkpoint/open.js';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import type { Decoder } from '../model/decoder.js';
import { readModel } from '../model/model.js';
import { sizeOf } from '../model/weight.js';
import type { OpenParams } from '../protocol/engineApi.js';
import type { ModelFacts, WeightBudget } from '../trace/modelFacts.js';
import type { ModelInfo } from '../trace/run.js';
import { expectedBudget, fitOf } from './fit.js';
import { checkTokenizer, tokenizerFacts } from './tokenizerFacts.js';

/** What a checkpoint's headers say, and whether it fits. */
export type HeaderFacts = Pick<ModelFacts, 'model' | 'fits'>;

/**
 * What the checkpoint at a path is. Reads its config and headers; no weights, and no backend is started.
 * @throws as Session.open does, but for the backend and what only a whole, large tokenizer tells
 */
export async function modelFacts({ path, ...run }: OpenParams): Promise<ModelFacts> {
  const budget = expectedBudget(run);
  return withCheckpoint(path, async (checkpoint) => ({ ...headerFacts(checkpoint, budget), budget, ...(await tokenizerFacts(checkpoint)) }));
}

/** The same for a list of models: what is cheap to know, of a checkpoint that has all that a run needs. @throws as modelFacts does, and E_TOKENIZER_MISSING */
export async function inspectCheckpoint(path: string, budget: WeightBudget): Promise<HeaderFacts> {
  return withCheckpoint(path, async (checkpoint) => {
    const facts = headerFacts(checkpoint, budget);
    await checkTokenizer(checkpoint);
    return facts;
  });
}

async function withCheckpoint<T>(path: string, work: (checkpoint: Checkpoint) => Promise<T>): Promise<T> {
  const checkpoint = await openCheckpointHeader(path);
  try {
    return await work(checkpoint);
  } finally {
    await checkpoint.store.close();
  }
}

function headerFacts(checkpoint: Checkpoint, budget: WeightBudget): HeaderFacts {
  const { decoder, info: model } = readModel(checkpoint);
  return { model, fits: fitOf(Math.min(model.memoryBytes, model.weightBytes), inMemory(model, decoder), budget) };
}

/** Bytes of the most that has to be in memory at once: one expert, or one weight of a layer (embedding and output are read by rows). */
function inMemory({ expertParameters, memoryBytes, parameters }: ModelInfo, { blocks }: Decoder): number {
  let largest = expertParameters;
  for (const { weights } of blocks) for (const weight of weights) largest = Math.max(largest, sizeOf(weight));
  return (largest * memoryBytes) / parameters;
}

import { openCheckpointHeader } from '../checkpoint/open.js';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { readModel } from '../model/model.js';
import type { OpenParams } from '../protocol/engineApi.js';
import type { ModelFacts, WeightBudget } from '../trace/modelFacts.js';
import { expectedBudget, fitOf } from './fit.js';
import { largestWeights } from './footprint.js';
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
  return { model, fits: fitOf(Math.min(model.memoryBytes, model.weightBytes), largestWeights(decoder, model.expertParameters, 1), budget) };
}

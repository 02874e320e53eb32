import { resolve } from 'node:path';
import { discover } from '../checkpoint/discovery.js';
import type { Surroundings } from '../checkpoint/places/surroundings.js';
import type { DiscoverParams, Discovery } from '../protocol/engineApi.js';
import { demoModelPath } from './demoModel.js';
import type { CallOptions } from './engine.js';
import { expectedBudget } from './fit.js';
import { inspectCheckpoint } from './modelFacts.js';

/**
 * The checkpoints on this machine: the bundled demo, the caches of the programs that fetch models, and the folders that were
 * named. Reads configs and headers, no weights.
 * @param where what decides where those programs keep their models, if not this process's own home and environment
 * @throws E_CANCELLED only: what can't be run is listed as skipped, with the reason
 */
export async function findModels({ folders, ...run }: DiscoverParams, { signal, onProgress }: CallOptions = {}, where: Surroundings = {}): Promise<Discovery> {
  const demo = resolve(demoModelPath());
  const budget = expectedBudget(run);
  const { found, skipped } = await discover({
    ...where,
    folders: [demo, ...folders.map((folder) => resolve(folder))],
    inspect: (path) => inspectCheckpoint(path, budget),
    onProgress: (done, total) => onProgress?.({ stage: 'opening what was found', done, total }),
  }, signal);
  const place = (source: string): string => (source === demo ? 'demo' : source);
  return {
    budget,
    found: found.map(({ name, path, source, also, facts: { model, fits } }) => ({
      name, path, source: place(source), also, fits, family: model.family, format: model.format, dtypes: model.dtypes, layers: model.layers, experts: model.experts,
      sharedExperts: model.sharedExperts, nativePolicy: model.nativePolicy, parameters: model.parameters, activeParameters: model.activeParameters,
      contextLength: model.contextLength, weightBytes: model.weightBytes, memoryBytes: model.memoryBytes,
    })),
    skipped: skipped.map((each) => ({ ...each, source: place(each.source) })),
  };
}

import { budgetText, fitText, placeText, quantisationText } from '../analysis/modelLabels.js';
import { expertsText } from '../analysis/modelShape.js';
import { bigText } from '../analysis/labels.js';
import { bytesText } from '../base/bytes.js';
import { findModels } from '../engine/discovery.js';
import type { Discovery } from '../protocol/engineApi.js';
import { FORMAT_OPTIONS, MODEL_OPTIONS, readArguments, textOrJson, UsageError } from './arguments.js';
import { table } from './formats/table.js';
import { pathOf, sessionOptions } from './modelOptions.js';
import { progressLine } from './progressLine.js';

export const MODELS_USAGE = `moe-lens models [--json] [--backend auto|native|wasm] [--memory SIZE] [FOLDER...]
  Checkpoints in the caches of Hugging Face, Ollama, LM Studio and llama.cpp and in the folders you name: what can be run, and what
  was skipped with the reason. Headers are read, no weights.
  --json (or --format json): {budget: {backend, bytes}, found: [...], skipped: [{name, path, source, code, reason}]}; of each found name, also (other names), path,
        source (demo, huggingface, ollama, lm-studio, llama.cpp or the folder), family, format, dtypes, layers, experts, sharedExperts, nativePolicy,
        parameters, activeParameters (null: depends on the text), contextLength, weightBytes, memoryBytes, fits (memory, disk, no)`;

/** Shorter work needs no progress. */
const PATIENCE_MS = 1000;

/** What discovery found and skipped. */
export async function models(args: string[], signal: AbortSignal): Promise<string> {
  const { values, positionals } = readArguments(args, { ...MODEL_OPTIONS, ...FORMAT_OPTIONS });
  const format = textOrJson(values);
  if (values.model !== undefined) throw new UsageError('models takes folders, not --model');
  const progress = progressLine();
  const began = Date.now();
  try {
    const discovery = await findModels({ ...sessionOptions(values), folders: positionals.map(pathOf) }, {
      signal,
      onProgress: (step) => { if (Date.now() - began > PATIENCE_MS) progress.show(step); },
    });
    progress.clear();
    return format === 'json' ? `${JSON.stringify(discovery)}\n` : describe(discovery);
  } finally {
    progress.clear();
  }
}

function describe({ found, skipped, budget }: Discovery): string {
  const rows = found.map((model) => [
    [model.name, ...model.also].join(', '), model.family, expertsText(model), bigText(model.parameters), bytesText(model.weightBytes), quantisationText(model), fitText(model.fits),
    placeText(model.source), model.path,
  ]);
  const left = skipped.map(({ name, code, reason, source, path }) => [name, code, placeText(source), path, reason]);
  return [
    found.length === 0 ? 'No model was found.\n' : `${table(['name', 'family', 'experts', 'parameters', 'on disk', 'quantisation', 'memory', 'found in', 'path'], rows)}memory: ${budgetText(budget)}\n`,
    ...(left.length === 0 ? [] : ['\nskipped:\n', table(['name', 'code', 'found in', 'path', 'reason'], left)]),
  ].join('');
}

import { factRows } from '../analysis/modelLabels.js';
import { modelFacts } from '../engine/modelFacts.js';
import type { ModelFacts } from '../trace/modelFacts.js';
import { FORMAT_OPTIONS, MODEL_OPTIONS, readArguments, textOrJson, UsageError } from './arguments.js';
import { sessionOptions } from './modelOptions.js';

export const INFO_USAGE = `moe-lens info [--model PATH | PATH] [--json] [--backend auto|native|wasm] [--memory SIZE]
  What a checkpoint is, from its config and headers; no weights are read.
  --json (or --format json): name, path, family, format (safetensors, torch, gguf), layers, moeLayers (indices), experts and sharedExperts (of one layer), nativePolicy,
        groupLimit {groups, kept}, normalisedScores (true) and nativeOnly (a sentence) where they apply, parameters, activeParameters (null: depends on the text),
        denseParameters, denseProductParameters, expertParameters, hiddenSize, vocabularySize, contextLength, dtypes, weightBytes (on disk),
        memoryBytes (all weights as f32), budget {backend, bytes}, fits (memory, disk: read again when needed, no), tokenizer (or null), chatTemplate`;

/** What a checkpoint is. */
export async function info(args: string[]): Promise<string> {
  const { values, positionals } = readArguments(args, { ...MODEL_OPTIONS, ...FORMAT_OPTIONS });
  const format = textOrJson(values);
  if (positionals.length > 1 || (positionals.length === 1 && values.model !== undefined)) throw new UsageError('one model at a time');
  const facts = await modelFacts(sessionOptions({ ...values, model: values.model ?? positionals[0] }));
  if (format === 'text') return describe(facts);
  const { model: { name, path, family, ...model }, ...rest } = facts;
  return `${JSON.stringify({ name, path, family, ...model, ...rest })}\n`;
}

function describe(facts: ModelFacts): string {
  const rows = [['name', facts.model.name], ...factRows(facts).map(({ label, text }) => [label.toLowerCase(), text])];
  return `${rows.map(([label = '', text = '']) => `${label.padEnd(14)} ${text}`).join('\n')}\n`;
}

import { findModels } from '../engine/discovery.js';
import { oneOf, readArguments } from './arguments.js';
import { bytesText } from '../analysis/labels.js';

export const MODELS_USAGE = `moe-lens models [--format text|json] [FOLDER...]
  Checkpoints in the Hugging Face cache and the folders you name: what can be opened, what was skipped and why.`;

/** What discovery found and skipped. */
export async function models(args: string[], signal: AbortSignal): Promise<string> {
  const { values, positionals } = readArguments(args, { format: { type: 'string', default: 'text' } });
  const format = oneOf(values.format, ['text', 'json'], 'format');
  const { found, skipped } = await findModels(positionals, signal);
  if (format === 'json') return `${JSON.stringify({ found, skipped })}\n`;
  const lines = [
    ...found.map((model) => `${model.name}  ${model.family}, ${model.experts} experts, ${bytesText(model.weightBytes)}  ${model.path}`),
    ...(skipped.length === 0 ? [] : ['', 'skipped:', ...skipped.map((model) => `${model.name}  ${model.code}: ${model.reason}  ${model.path}`)]),
  ];
  return `${lines.join('\n')}\n`;
}

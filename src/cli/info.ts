import { modelInfo } from '../engine/modelInfo.js';
import { parsePolicy } from '../routing/policy.js';
import type { ModelInfo } from '../trace/run.js';
import { oneOf, readArguments, UsageError } from './arguments.js';
import { bigText, bytesText } from '../analysis/labels.js';
import { sessionOptions } from './modelOptions.js';

export const INFO_USAGE = `moe-lens info [--model PATH | PATH] [--format text|json]
  What a checkpoint is, from its config and headers; no weights are read.`;

/** What a checkpoint is. */
export async function info(args: string[]): Promise<string> {
  const { values, positionals } = readArguments(args, { model: { type: 'string' }, format: { type: 'string', default: 'text' } });
  const format = oneOf(values.format, ['text', 'json'], 'format');
  if (positionals.length > 1 || (positionals.length === 1 && values.model !== undefined)) throw new UsageError('one model at a time');
  const model = await modelInfo(sessionOptions({ model: values.model ?? positionals[0], backend: 'auto' }).path);
  return format === 'json' ? `${JSON.stringify(model)}\n` : describe(model);
}

function describe(model: ModelInfo): string {
  const native = parsePolicy(model.nativePolicy);
  const active = native.kind === 'top-k' ? bigText(model.denseParameters + native.k * model.moeLayers.length * model.expertParameters) : 'depends on the text (Top-P)';
  const rows: readonly (readonly [string, string])[] = [
    ['name', model.name], ['path', model.path], ['family', model.family],
    ['format', `${model.format}, ${model.dtypes.join(' + ')}, ${bytesText(model.weightBytes)}`],
    ['layers', `${model.layers}, ${model.moeLayers.length} with experts`],
    ['experts', `${model.experts} a layer${model.sharedExperts === 0 ? '' : ` and ${model.sharedExperts} shared`}`],
    ['native policy', model.nativePolicy],
    ['parameters', `${bigText(model.parameters)}; used by a token: ${active}`],
    ['one expert', bigText(model.expertParameters)],
    ['hidden size', String(model.hiddenSize)], ['vocabulary', String(model.vocabularySize)], ['context', `${model.contextLength} tokens`],
  ];
  return `${rows.map(([key, value]) => `${key.padEnd(14)} ${value}`).join('\n')}\n`;
}

import { parsePolicy } from '../routing/policy.js';
import { Session } from '../engine/session.js';
import { traceJson } from '../trace/json.js';
import type { Trace } from '../trace/trace.js';
import { MODEL_OPTIONS, oneOf, readArguments } from './arguments.js';
import { csvHead, csvRows } from './formats/csv.js';
import { HTML_END, htmlHead, htmlSection } from './formats/html.js';
import { savingsText, traceToText } from './formats/text.js';
import { sessionOptions } from './modelOptions.js';
import { progressLine } from './progressLine.js';
import { readText } from './textInput.js';

export const TRACE_USAGE = `moe-lens trace [--model PATH] [--policy P]... [--full] [--no-surprisal] [--memory SIZE] [--format text|json|csv|html] (--text S | FILE | -)
  --policy P   native (default), top-k:K or top-p:P; more than one gives one trace each
  --full       json: also every router probability
  --no-surprisal  leaves surprisal out, and with it the output layer: faster, most of all where the vocabulary is large
  --memory SIZE   what a run may take, as 4GB or 1500MB (1 GB is 2^30 bytes); half of this machine's memory unless said
  --model PATH a checkpoint folder or file, as \`moe-lens models\` lists them; left out: the bundled demo model
  --backend    auto (default), native or wasm; --native-folder DIR: where tfjs-node is installed`;

/** Runs a text under all policies side by side and says what the routers did, piece by piece. */
export async function* trace(args: string[], signal: AbortSignal): AsyncGenerator<string> {
  const { values, positionals } = readArguments(args, {
    ...MODEL_OPTIONS, policy: { type: 'string', multiple: true }, text: { type: 'string' }, full: { type: 'boolean', default: false }, 'no-surprisal': { type: 'boolean', default: false }, format: { type: 'string', default: 'text' },
  });
  const format = oneOf(values.format, ['text', 'json', 'csv', 'html'], 'format');
  const policies = (values.policy ?? ['native']).map(parsePolicy);
  const options = sessionOptions(values);
  const text = await readText(values.text, positionals);
  const session = await Session.open(options);
  const progress = progressLine();
  try {
    for (const policy of policies) session.check(policy); // all of them, before anything is printed
    if (session.backend.note !== undefined && process.stderr.isTTY) process.stderr.write(`moe-lens: ${session.backend.note}\n`);
    const results = await session.traces(text, policies, { signal, onProgress: progress.show, surprisal: !values['no-surprisal'], full: values.full });
    progress.clear();
    for (const [index, result] of results.entries()) yield* render(result, text, format, values.full, { isFirst: index === 0, isLast: index === results.length - 1 });
    if (format === 'text' && results.length > 1) yield `\n${savingsText(results)}`;
  } finally {
    progress.clear();
    await session.close();
  }
}

interface Place {
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

function* render(result: Trace, text: string, format: 'text' | 'json' | 'csv' | 'html', full: boolean, { isFirst, isLast }: Place): Generator<string> {
  const several = !(isFirst && isLast);
  switch (format) {
    case 'json':
      if (several) yield isFirst ? '[' : ',';
      yield* traceJson(result, full);
      if (isLast) yield several ? ']\n' : '\n';
      return;
    case 'csv':
      if (isFirst) yield csvHead(result);
      yield csvRows(result);
      return;
    case 'html':
      if (isFirst) yield htmlHead(result);
      yield htmlSection(result, text);
      if (isLast) yield HTML_END;
      return;
    case 'text':
      yield traceToText(result);
      if (!isLast) yield '\n';
  }
}

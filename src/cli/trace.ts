import { parsePolicy } from '../routing/policy.js';
import { Session } from '../engine/session.js';
import { traceToJson } from '../trace/json.js';
import type { Trace } from '../trace/trace.js';
import { MODEL_OPTIONS, oneOf, readArguments } from './arguments.js';
import { traceToCsv } from './formats/csv.js';
import { traceToHtml } from './formats/html.js';
import { traceToText } from './formats/text.js';
import { sessionOptions } from './modelOptions.js';
import { progressLine } from './progressLine.js';
import { readText } from './textInput.js';

export const TRACE_USAGE = `moe-lens trace [--model PATH] [--policy P]... [--full] [--format text|json|csv|html] (--text S | FILE | -)
  --policy P   native (default), top-k:K or top-p:P; more than one gives one trace each
  --full       json: also every router probability
  --model PATH a checkpoint folder; left out: the bundled demo model
  --backend    auto (default), native or wasm; --native-folder DIR: where tfjs-node is installed`;

/** Runs a text and prints what the routers did. Returns what goes to stdout. */
export async function trace(args: string[], signal: AbortSignal): Promise<string> {
  const { values, positionals } = readArguments(args, {
    ...MODEL_OPTIONS, policy: { type: 'string', multiple: true }, text: { type: 'string' }, full: { type: 'boolean', default: false }, format: { type: 'string', default: 'text' },
  });
  const format = oneOf(values.format, ['text', 'json', 'csv', 'html'], 'format');
  const policies = (values.policy ?? ['native']).map(parsePolicy);
  const options = sessionOptions(values);
  const text = await readText(values.text, positionals);
  const session = await Session.open(options);
  const progress = progressLine();
  try {
    if (session.backend.note !== undefined && process.stderr.isTTY) process.stderr.write(`moe-lens: ${session.backend.note}\n`);
    const traces: Trace[] = [];
    for (const policy of policies) traces.push(await session.trace(text, policy, { signal, onProgress: progress.show }));
    return render(traces, text, format, values.full ?? false);
  } finally {
    progress.clear();
    await session.close();
  }
}

function render(traces: readonly Trace[], text: string, format: 'text' | 'json' | 'csv' | 'html', full: boolean): string {
  switch (format) {
    case 'json': {
      const all = traces.map((each) => traceToJson(each, full));
      return `${JSON.stringify(all.length === 1 ? all[0] : all)}\n`;
    }
    case 'csv': return traceToCsv(traces);
    case 'html': return traceToHtml(traces, text);
    case 'text': return traces.map(traceToText).join('\n');
  }
}

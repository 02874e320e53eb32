// An engine process without a model: it answers the protocol with made-up counts, and dies on request.
import { createMessageConnection, IPCMessageReader, IPCMessageWriter, ProgressType, ResponseError } from 'vscode-jsonrpc/node';

const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
const progress = new ProgressType();
const LAYERS = 4;
const traces = new Map();
let lastTrace = 0;
let slowRuns = 0;

const model = {
  name: 'fake', path: '/fake', family: 'dynamic', format: 'safetensors', layers: LAYERS, moeLayers: [0, 1, 2, 3], experts: 8, sharedExperts: 0, nativePolicy: 'top-p:0.4',
  parameters: 12e6, denseParameters: 2e6, expertParameters: 3e5, hiddenSize: 64, vocabularySize: 100, contextLength: 2048, dtypes: ['F32'], weightBytes: 48e6, memoryBytes: 48e6, denseProductParameters: 2e6, activeParameters: null,
};
const backend = { name: 'wasm', version: '0.0.0', threads: 1 };
const fail = (code, message, hint) => new ResponseError(1, message, { code, message, hint });

/** Tokens as in most vocabularies: a word takes the space before it. Counts grow with the word's length. */
function summary(text, policy) {
  const tokens = [...text.matchAll(/ ?[\p{L}\p{N}]+|\n+|[^\p{L}\p{N}]/gu)];
  const counts = new Uint16Array(LAYERS * tokens.length);
  for (let m = 0; m < LAYERS; m++) tokens.forEach(([token], t) => { counts[m * tokens.length + t] = policy.startsWith('top-k') ? 2 : Math.min(8, Math.max(1, Math.round((token.length - 1) / (1 + m * 0.4)))); });
  const traceId = ++lastTrace;
  const run = {
    traceId, model, backend, policy, concretePolicy: policy === 'native' ? model.nativePolicy : policy, simulated: policy !== 'native', textLength: text.length,
    tokenIds: Int32Array.from(tokens, (_, t) => t), starts: Int32Array.from(tokens, (token) => token.index), ends: Int32Array.from(tokens, (token) => token.index + token[0].length),
    surprisal: Float32Array.from(tokens, (_, t) => (t === 0 ? NaN : 2.5)), counts, activeParameters: 4e6, flops: 1e9, loadMs: 1, forwardMs: 2,
  };
  traces.set(traceId, { run, tokens });
  return run;
}

const die = {
  kill: () => process.kill(process.pid, 'SIGKILL'),
  exit: () => process.exit(3),
  abort: () => process.abort(),
  memory: () => { process.stderr.write('FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n', () => process.exit(134)); },
};

connection.onRequest('open', () => ({ model, backend }));
connection.onRequest('trace', async ({ text, policies, progressToken }, token) => {
  const [, how] = /^die:(\w+)/.exec(text) ?? [];
  if (how !== undefined) { die[how](); return new Promise(() => {}); }
  if (text === 'fail') throw fail('E_NOT_MOE', 'This checkpoint has no experts.', 'Choose another.');
  if (text === 'out of memory') {
    setTimeout(() => process.exit(1), 50);
    throw fail('E_OUT_OF_MEMORY', 'There was not enough memory.', 'Select less text.');
  }
  if (text.startsWith('slow')) {
    slowRuns++;
    for (let done = 0; done < 100 && !token.isCancellationRequested; done++) {
      await connection.sendProgress(progress, progressToken, { stage: 'Computing', done, total: 100 });
      await new Promise((resolve) => setTimeout(resolve, text === 'slow and deaf' ? 2 : 20));
    }
    if (text !== 'slow and deaf' && token.isCancellationRequested) throw fail('E_CANCELLED', 'The run was cancelled.', '');
  }
  await connection.sendProgress(progress, progressToken, { stage: 'Computing', done: 1, total: 1 });
  return policies.map((policy) => summary(text, policy));
});
connection.onRequest('detail', ({ traceId, token }) => {
  const trace = traces.get(traceId);
  if (trace === undefined) throw fail('E_TRACE_GONE', 'This run is gone.', 'Run again.');
  const layers = model.moeLayers.map((layer) => {
    const count = trace.run.counts[layer * trace.tokens.length + token];
    return { layer, selected: Array.from({ length: count }, (_, e) => ({ expert: e, probability: 0.5 / (e + 1), weight: 0.5 / (e + 1) })), runnersUp: [], margin: 0.1, entropy: 1.5 };
  });
  return { token, id: token, text: trace.tokens[token]?.[0] ?? '', surprisal: null, layers };
});
connection.onRequest('release', ({ traceIds }) => { traceIds.forEach((id) => traces.delete(id)); return null; });
connection.onRequest('info', ({ path }) => {
  if (path === '/not-moe') throw fail('E_NOT_MOE', 'This checkpoint has no experts.', 'Choose another.');
  return { model, budget: { backend: 'wasm', bytes: 1e9 }, fits: 'memory', tokenizer: 'BPE', chatTemplate: false };
});
connection.onRequest('discover', async ({ progressToken }) => {
  await connection.sendProgress(progress, progressToken, { stage: 'Looking', done: 1, total: 1 });
  return {
    budget: { backend: 'wasm', bytes: 1e9 },
    found: [{ ...model, name: `pid ${process.pid} traces ${traces.size} slow ${slowRuns}`, fits: 'memory', source: 'demo', also: [] }],
    skipped: [{ name: 'broken', path: '/broken', source: 'ollama', code: 'E_NOT_MOE', reason: 'It has no experts.' }],
  };
});
connection.onClose(() => process.exit(0));
process.on('disconnect', () => process.exit(0));
connection.listen();

// llama.cpp on the CPU through node-llama-cpp: prefill with the logits of the last row. `--package` is the folder in which it is installed.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { report, runnerOptions, timed, tokenIds } from './common.mjs';

const { model: modelPath, package: folder, threads, tokens, reps, vocabulary } = runnerOptions({ package: { type: 'string' } });

async function main() {
  const load = createRequire(join(folder, 'package.json'));
  const { getLlama } = await import(pathToFileURL(load.resolve('node-llama-cpp')).href);
  const llama = await getLlama({ gpu: false, build: 'never', maxThreads: threads, logLevel: 'error', progressLogs: false });
  const began = performance.now();
  const model = await llama.loadModel({ modelPath, gpuLayers: 0 });
  const loadMs = performance.now() - began;
  const versions = { 'node-llama-cpp': JSON.parse(readFileSync(join(folder, 'node_modules', 'node-llama-cpp', 'package.json'), 'utf8')).version, 'llama.cpp': llama.llamaCppRelease.release };
  for (const count of tokens) {
    const pass = await prefill(model, count);
    const { firstMs, wallMs, cpuMs } = (await timed(new Map([['native', pass.run]]), reps)).get('native');
    report({ tokens: count, policy: 'native', loadMs, firstMs, wallMs, cpuMs, versions });
    await pass.close();
  }
}

/** All tokens in one batch, each time from an empty context. */
async function prefill(model, count) {
  const context = await model.createContext({ contextSize: count + 8, batchSize: count, threads, flashAttention: 'auto' });
  const sequence = context.getSequence();
  const ids = [...tokenIds(count, vocabulary)];
  const input = [...ids.slice(0, -1), [ids.at(-1), { generateNext: { token: true } }]]; // asks for the logits of the last row
  return {
    run: async () => {
      await sequence.clearHistory();
      await sequence.controlledEvaluate(input);
    },
    close: () => context.dispose(),
  };
}

await main();
process.exit(); // llama.cpp's threads would keep the process alive

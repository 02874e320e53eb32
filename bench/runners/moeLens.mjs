// MoE Lens itself, under one or several policies. `--memory` is a budget in bytes.
import { report, runnerOptions, timed, tokenIds } from './common.mjs';

const { model, backend, threads, tokens, reps, vocabulary, policies, memory } = runnerOptions({ backend: { type: 'string' }, policies: { type: 'string' }, memory: { type: 'string' } });

const { open } = await import('../../dist/bench/moeLensPass.js'); // bundled from moeLensPass.ts by the bench
const opened = await open({ path: model, backend, threads, ...(memory === undefined ? {} : { memory: Number(memory) }) });
for (const count of tokens) {
  const ids = tokenIds(count, vocabulary);
  const passes = new Map(policies.split(',').map((policy) => [policy, () => opened.pass(ids, policy)]));
  for (const [policy, { told, ...times }] of await timed(passes, reps)) {
    report({ tokens: count, policy, loadMs: opened.loadMs, ...times, meanCount: told[0].meanCount, expertMs: told.map((each) => each.expertMs), expertCpuMs: told.map((each) => each.expertCpuMs), versions: { [opened.backend.name]: opened.backend.version } });
  }
}
await opened.close();
process.exit();

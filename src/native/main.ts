/**
 * The process that gets TensorFlow's native library: forked by the extension host (`--into FOLDER`, with `--plan` to say only what it would
 * do), or started by `npm run setup:native` for the clone's own native/ (`--check` changes nothing). It tells what it does by
 * protocol/setupApi.ts where it has a channel, else in lines. It is cancelled by closing the channel, or by Ctrl-C.
 */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { LensError, toLensError } from '../base/errors.js';
import type { SetupMessage, SetupProgress } from '../protocol/setupApi.js';
import { manifests } from './place.js';
import { probeNative } from './probe.js';
import { checkSpace, setUp, setUpInto } from './setup.js';
import { usableWays, type UsableWays } from './tools.js';
import { planOf, waysFor, type Machine } from './ways.js';

const { values } = parseArgs({ options: { into: { type: 'string' }, plan: { type: 'boolean' }, check: { type: 'boolean' } } });
const controller = new AbortController();
const { signal } = controller;
for (const event of ['disconnect', 'SIGINT', 'SIGTERM'] as const) process.on(event, () => { controller.abort(); });

/** glibc is asked of Node's own report: it is what a library that Node loads will meet. */
function thisMachine(): Machine {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return { platform: process.platform, arch: process.arch, glibc: header.glibcVersionRuntime !== undefined };
}

/** Of what the programs print; shown in lines after an error, where there is no log. */
const RECENT_LINES = 20;
const recent: string[] = [];

function tell(message: SetupMessage): void {
  if (process.send !== undefined) {
    if (process.connected) process.send(message);
  } else if (message.type === 'ready') console.log(`Native TensorFlow is ready: ${message.version}.`);
  else if (message.type === 'error') console.error(`${recent.join('\n')}\n${message.error.message} ${message.error.hint}`.trim());
  else if (message.type === 'progress') console.log(message.progress.stage);
}

/** In lines each stage is said once; over the channel so often as a person can read. */
const PROGRESS_MS = 200;
let told: { readonly stage: string; readonly at: number } = { stage: '', at: 0 };
function report(progress: SetupProgress): void {
  const isNew = progress.stage !== told.stage;
  if (!isNew && (process.send === undefined || Date.now() - told.at < PROGRESS_MS)) return;
  told = { stage: progress.stage, at: Date.now() };
  tell({ type: 'progress', progress });
}

/** Library and binding outlive node_modules in the person's cache folder, named after the versions they belong to. */
function storeFolder(): string {
  const tensorflow = /==(\S+)/.exec(readFileSync(join(manifests(), 'requirements.txt'), 'utf8'))?.[1] ?? '';
  const { dependencies } = JSON.parse(readFileSync(join(manifests(), 'package.json'), 'utf8')) as { dependencies: Readonly<Record<string, string>> };
  const cache = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(cache, 'moe-lens', `tensorflow-${tensorflow}-tfjs-${dependencies['@tensorflow/tfjs-node'] ?? ''}`);
}

async function check(): Promise<void> {
  const probe = await probeNative(manifests(), signal);
  if (!probe.loads) throw new LensError('E_NATIVE_SETUP', `Native TensorFlow can't be used: ${probe.reason}.`, 'npm run setup:native sets it up.');
  tell({ type: 'ready', version: probe.version });
}

async function main(): Promise<void> {
  const { into } = values;
  const onLine = (text: string): void => {
    recent.push(text);
    if (recent.length > RECENT_LINES) recent.shift();
    tell({ type: 'line', text });
  };
  const options = { signal, onLine };
  if (into === undefined) {
    if (values.check === true) return check();
    tell({ type: 'ready', version: await setUp({ folder: manifests(), store: storeFolder(), ways: waysFor(thisMachine(), true) }, report, options) });
    return;
  }
  const findWays = (): Promise<UsableWays> => usableWays(waysFor(thisMachine(), false), signal);
  if (values.plan === true) {
    const plan = planOf((await findWays()).ways);
    await checkSpace(into, plan);
    tell({ type: 'plan', plan });
  } else tell({ type: 'ready', version: await setUpInto(into, findWays, report, options) });
}

main().catch((error: unknown) => {
  const { code, message, hint } = toLensError(error);
  tell({ type: 'error', error: { code, message, hint } });
  process.exitCode = 1;
}).finally(() => { if (process.connected) process.disconnect(); });

#!/usr/bin/env node
// node bench/editor.mjs: does the editor stay fluent? Activation, longest task of the extension host, bytes from the engine, time to the first
// count, in a real VS Code, beside their limits. See README.md.
import '../scripts/lib/node-version.mjs';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SetupError, shown } from '../scripts/lib/shell.mjs';
import { doStep } from '../scripts/lib/suites.mjs';
import { loadHarness } from './lib/editorHarness.mjs';
import { activation, clear, longTextSteps, openPage, settled, timeToFirstCount } from './lib/editorMeasures.mjs';
import { editorTable, verdict } from './lib/editorTable.mjs';
import { textOf } from './lib/editorTexts.mjs';
import { benchFolder } from './lib/folder.mjs';

const USAGE = `node bench/editor.mjs [--starts 5] [--warm 5] [--rounds 3] [--no-package] [--profile]
  --starts N     fresh extension hosts: activation, cold run
  --warm N       runs of 200 tokens after the first
  --rounds N     fresh extension hosts in which 5,000 tokens are run, painted, scrolled, edited, cleared and compared
  --no-package   takes the package that is there (npm run package)
  --profile      one round more, with a processor profile of each step in the bench folder`;
const SHORT = 200;
const LONG = 5_000;

async function main() {
  const { values } = parseArgs({ options: { starts: { type: 'string', default: '5' }, warm: { type: 'string', default: '5' }, rounds: { type: 'string', default: '3' }, 'no-package': { type: 'boolean' }, profile: { type: 'boolean' }, help: { type: 'boolean' } } });
  if (values.help) return console.log(USAGE);
  for (const step of ['deps', 'vscode-server', 'chromium', ...(values['no-package'] ? [] : ['build', 'package'])]) doStep(step);
  const harness = await loadHarness();
  const files = { 'short.md': textOf(SHORT), 'long.md': textOf(LONG) };
  const figures = { activation: [], cold: [], warm: [], steps: [] };
  await withEditor(harness, { files, open: 'short.md' }, (editor) => measureStarts(editor, figures, Number(values.starts), Number(values.warm)));
  for (let i = 0; i < Number(values.rounds); i++) {
    const steps = await measureLongText(harness, files);
    figures.steps.push(...steps);
    console.error(`round ${i + 1}: ${steps.map(({ step, wall, cpu, bytes }) => `${step} ${wall.toFixed(0)}/${cpu.toFixed(0)} ms ${bytes} B`).join(', ')}`);
  }
  if (values.profile) keepProfiles(await measureLongText(harness, files, true));
  console.log(`\n${cpus()[0].model}, ${cpus().length} cores, load average ${loadavg()[0].toFixed(1)}\n\n${editorTable(figures, { short: SHORT, long: LONG })}`);
  if (!verdict(figures)) process.exitCode = 1;
}

async function withEditor(harness, options, work) {
  const workbench = await harness.Workbench.start({ name: 'bench-editor', ...options });
  try {
    return await work({ ...harness, workbench });
  } finally {
    await workbench.stop();
  }
}

/** One VS Code, opened again and again: the first run after each opening has no engine process yet. */
async function measureStarts(editor, figures, starts, warm) {
  for (let i = 0; i < starts; i++) {
    await openPage(editor, 'short.md');
    figures.cold.push(await timeToFirstCount(editor));
    if (i === 0) figures.warm.push(...(await warmTimes(editor, warm)));
    figures.activation.push(await activation(editor));
    console.error(`start ${i + 1}: ${JSON.stringify(figures.activation.at(-1))}, cold ${figures.cold.at(-1).toFixed(0)} ms`);
  }
}

/** With another beginning each time: the engine has nothing computed of the text. */
async function warmTimes(editor, count) {
  const { workbench: { page }, focusEditor, goTo } = editor;
  const times = [];
  for (let i = 0; i < count; i++) {
    await clear(editor);
    await focusEditor(page);
    await goTo(page, { line: 1, column: 1 });
    await page.keyboard.type(String(i % 10));
    times.push(await timeToFirstCount(editor));
  }
  return times;
}

/** A VS Code of its own, so that one extension host is there to look into. */
function measureLongText(harness, files, profile = false) {
  return withEditor(harness, { files, open: 'long.md' }, async (editor) => {
    await settled(editor);
    return longTextSteps(editor, profile);
  });
}

function keepProfiles(steps) {
  const folder = join(benchFolder(), 'editor');
  mkdirSync(folder, { recursive: true });
  for (const { step, profile } of steps) writeFileSync(join(folder, `${step.replace(/\W+/g, '-')}.cpuprofile`), JSON.stringify(profile));
  console.error(`profiles: ${folder}`);
}

/** Node 20 has a WebSocket, which the inspector speaks, only when asked for. */
function hasWebSocket() {
  if (typeof globalThis.WebSocket === 'function') return true;
  process.exitCode = shown(process.execPath, ['--experimental-websocket', '--no-warnings', ...process.argv.slice(1)]) ? 0 : 1;
  return false;
}

try {
  if (hasWebSocket()) await main();
} catch (error) {
  console.error(error instanceof SetupError ? error.message : error);
  process.exitCode = 1;
}

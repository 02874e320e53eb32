#!/usr/bin/env node
// npm start: MoE Lens on the sample prompt, in desktop VS Code where `code` is on the PATH, else in a VS Code that is
// served on 127.0.0.1 until Ctrl-C. `--server` asks for the latter, `--no-build` takes dist/ as it is.
import './lib/node-version.mjs';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { PARTS } from './lib/parts.mjs';
import { LINUX_X64, ROOT, SAMPLE } from './lib/paths.mjs';
import { SetupError, fail, shown } from './lib/shell.mjs';
import { serve } from './vscode-server/server.mjs';

const PROMPT = 'prompt.md';
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

async function main() {
  const asked = new Set(process.argv.slice(2));
  PARTS.deps();
  if (!asked.has('--no-build') && !shown(process.execPath, [join(ROOT, 'scripts', 'build.mjs')])) throw new SetupError('MoE Lens could not be built.');
  if (!asked.has('--server') && isOnPath('code') && openDesktop()) return;
  if (!LINUX_X64) throw new SetupError('Install desktop VS Code and its `code` command (in VS Code: "Shell Command: Install \'code\' command in PATH"), then run npm start again.');
  await serveUntilStopped();
}

function isOnPath(name) {
  const names = process.platform === 'win32' ? [`${name}.cmd`, `${name}.exe`] : [name];
  return (process.env.PATH ?? '').split(delimiter).some((folder) => names.some((file) => existsSync(join(folder, file))));
}

/** @returns {boolean} whether VS Code took it */
function openDesktop() {
  const opened = shown('code', ['--new-window', '--disable-workspace-trust', `--extensionDevelopmentPath=${ROOT}`, SAMPLE, join(SAMPLE, PROMPT)]);
  console.log(opened ? 'VS Code opens with MoE Lens on the sample prompt.' : 'Desktop VS Code did not start (see above).');
  return opened;
}

async function serveUntilStopped() {
  PARTS['vscode-server']();
  const stopped = new Promise((resolve) => { for (const signal of STOP_SIGNALS) process.on(signal, () => resolve('asked')); });
  const code = await serve({ workspace: SAMPLE, link: ROOT, env: { HF_HOME: huggingFaceFolder() } });
  console.log(`\nMoE Lens is ready. Open this in a browser:\n\n  ${code.url(PROMPT)}\n\nCtrl-C ends it.`);
  const why = await Promise.race([stopped, code.exited.then((status) => `VS Code's server ended by itself (${status}).`)]);
  await code.stop();
  if (why !== 'asked') throw new SetupError(why);
}

/** The person's own downloads are found, though this VS Code has another home folder. */
function huggingFaceFolder() {
  return process.env.HF_HOME || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'huggingface');
}

main().then(() => process.exit(), (error) => { fail(error); process.exit(); });

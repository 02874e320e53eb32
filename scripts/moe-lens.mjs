#!/usr/bin/env node
// npm run moe-lens -- ...: the command line from a clone, built where it has not been yet.
import './lib/node-version.mjs';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PARTS } from './lib/parts.mjs';
import { ROOT } from './lib/paths.mjs';
import { SetupError, fail, output } from './lib/shell.mjs';

const CLI = join(ROOT, 'dist', 'cli.js');

function main(args) {
  if (!existsSync(CLI)) {
    PARTS.deps();
    output(process.execPath, [join(ROOT, 'scripts', 'build.mjs')]);
  }
  const { status, error } = spawnSync(process.execPath, [CLI, ...args], { stdio: 'inherit' });
  if (error) throw new SetupError(`The command line could not be started: ${error.message}`);
  process.exitCode = status ?? 1;
}

try { main(process.argv.slice(2)); } catch (error) { fail(error); }

#!/usr/bin/env node
// npm run package: makes moe-lens-VERSION.vsix from a production build; the network is not used. `--no-build` takes dist/ as it is.
import './lib/node-version.mjs';
import { join } from 'node:path';
import { ROOT } from './lib/paths.mjs';
import { SetupError, fail, shown } from './lib/shell.mjs';
import { makePackage } from './lib/vsix.mjs';

function main() {
  const build = [join(ROOT, 'scripts', 'build.mjs'), '--production'];
  if (!process.argv.includes('--no-build') && !shown(process.execPath, build)) throw new SetupError('The build failed: nothing was packaged.');
  makePackage();
}

try { main(); } catch (error) { fail(error); }

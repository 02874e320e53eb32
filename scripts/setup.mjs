#!/usr/bin/env node
// Installs what is missing: `node scripts/setup.mjs [deps] [native] [vscode-server] [chromium]`, all when none is named.
import './lib/node-version.mjs';
import { PARTS } from './lib/parts.mjs';
import { SetupError, fail } from './lib/shell.mjs';

function main(names) {
  const unknown = names.find((name) => !(name in PARTS));
  if (unknown !== undefined) throw new SetupError(`There is no part "${unknown}"; there are ${Object.keys(PARTS).join(', ')}.`);
  for (const name of names.length > 0 ? names : Object.keys(PARTS)) PARTS[name]();
}

try { main(process.argv.slice(2)); } catch (error) { fail(error); }

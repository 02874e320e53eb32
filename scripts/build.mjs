#!/usr/bin/env node
// Builds dist/. `--production`: without source maps, with the licences of what is bundled. `--watch`: again at every change.
// `--only=dist/NAME.js`: that bundle alone.
import './lib/node-version.mjs';
import { copyFileSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build, context } from 'esbuild';
import { DIST, WASM_FROM, bundles } from './lib/bundles.mjs';
import { thirdPartyNotices } from './lib/notices.mjs';

const production = process.argv.includes('--production');

/** One bundle, for a script that needs it before anything else is built. */
async function buildOnly(file) {
  await Promise.all(bundles(production).filter(({ outfile }) => outfile === file).map((options) => build(options)));
}

/** The engine finds TensorFlow's WebAssembly beside itself. */
function copyWasm() {
  mkdirSync(join(DIST, 'wasm'), { recursive: true });
  const names = readdirSync(WASM_FROM).filter((name) => name.endsWith('.wasm'));
  return names.map((name) => {
    copyFileSync(join(WASM_FROM, name), join(DIST, 'wasm', name));
    return join('dist', 'wasm', name);
  });
}

/** Nothing of an earlier build ends up in the package. */
function removeLeftovers(written) {
  for (const entry of readdirSync(DIST, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath ?? entry.path, entry.name);
    if (entry.isFile() && !written.includes(relative(join(DIST, '..'), file))) rmSync(file);
  }
}

function printSizes(files) {
  for (const file of files.filter((name) => !name.endsWith('.map'))) {
    console.log(`${String(Math.ceil(statSync(join(DIST, '..', file)).size / 1024)).padStart(7)} KiB  ${file}`);
  }
}

async function buildOnce() {
  // all of them, so that one broken entry still leaves the others built and every error shown
  const results = await Promise.allSettled(bundles(production).map((options) => build(options)));
  const failed = results.filter((result) => result.status === 'rejected');
  const metafiles = results.filter((result) => result.status === 'fulfilled').map((result) => result.value.metafile);
  const written = [...metafiles.flatMap((metafile) => Object.keys(metafile.outputs)), ...copyWasm()];
  if (production && failed.length === 0) {
    writeFileSync(join(DIST, 'THIRD_PARTY_NOTICES.txt'), thirdPartyNotices(metafiles));
    removeLeftovers([...written, join('dist', 'THIRD_PARTY_NOTICES.txt')]);
  }
  printSizes(written);
  if (failed.length > 0) {
    console.error(`${failed.length} of ${results.length} bundles failed.`);
    process.exitCode = 1;
  }
}

async function watch() {
  copyWasm();
  const say = { name: 'say', setup: (plugin) => plugin.onEnd((result) => console.log(`${plugin.initialOptions.outfile}: ${result.errors.length === 0 ? 'built' : 'failed'}`)) };
  for (const options of bundles(production)) await (await context({ ...options, plugins: [say] })).watch();
}

const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice('--only='.length);
await (only !== undefined ? buildOnly(only) : process.argv.includes('--watch') ? watch() : buildOnce());

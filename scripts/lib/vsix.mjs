// The packaged extension: what is in it, and how it is made.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';
import { SetupError, output } from './shell.mjs';

const VSCE = join(ROOT, 'node_modules', '@vscode', 'vsce', 'vsce');
const LIMIT_MB = 30;
/** .vscodeignore lets no more in; without these the package is of no use. */
const REQUIRED = [
  'package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'dist/extension.cjs', 'dist/engine.js', 'dist/cli.js', 'dist/webview.js',
  'dist/wasm/tfjs-backend-wasm-simd.wasm', 'dist/THIRD_PARTY_NOTICES.txt', 'media/demo-model/config.json',
];

export function packageFile() {
  const { name, version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return join(ROOT, `${name}-${version}.vsix`);
}

/** Packs dist/ and media/ as they are. */
export function makePackage() {
  const files = vsce('ls', '--no-dependencies').split('\n');
  const missing = REQUIRED.filter((file) => !files.includes(file));
  if (missing.length > 0) throw new SetupError(`The package would lack ${missing.join(', ')}.`);

  const file = packageFile();
  // the bundles hold every dependency
  vsce('package', '--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links', '--out', file);
  const megabytes = statSync(file).size / 1e6;
  if (megabytes > LIMIT_MB) throw new SetupError(`${file} has ${megabytes.toFixed(1)} MB, more than ${LIMIT_MB}.`);
  console.log(`${file}: ${files.length} files, ${megabytes.toFixed(1)} MB`);
}

const vsce = (...args) => output(process.execPath, [VSCE, ...args], { cwd: ROOT });

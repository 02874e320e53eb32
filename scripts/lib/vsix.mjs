// The packaged extension: what is in it, and how it is made.
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';
import { SetupError, output } from './shell.mjs';

const VSCE = join(ROOT, 'node_modules', '@vscode', 'vsce', 'vsce');
const LIMIT_MB = 30;
/** What the package is made of; .vscodeignore says which files of dist/ and media/. */
const SOURCES = [
  '.vscodeignore', 'package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'dist', 'media',
  // what Set Up Native Acceleration installs, not what is installed here
  'native/package.json', 'native/package-lock.json', 'native/requirements.txt',
];
/** Without these it is of no use. */
const REQUIRED = [
  'dist/extension.cjs', 'dist/engine.js', 'dist/cli.js', 'dist/setup-native.js', 'dist/webview.js', 'dist/wasm/tfjs-backend-wasm-simd.wasm',
  'dist/THIRD_PARTY_NOTICES.txt', 'media/demo-model/config.json',
];

export function packageFile() {
  const { name, version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return join(ROOT, `${name}-${version}.vsix`);
}

/** Packs dist/ and media/ as they are. */
export function makePackage() {
  const missing = [...SOURCES, ...REQUIRED].filter((file) => !existsSync(join(ROOT, file)));
  if (missing.length > 0) throw new SetupError(`The package would lack ${missing.join(', ')}.`);

  const file = packageFile();
  // in a folder of its own: vsce looks at every file below it, and beside the sources are tens of thousands
  const folder = mkdtempSync(join(tmpdir(), 'moe-lens-package-'));
  try {
    for (const name of SOURCES) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
    // the bundles hold every dependency
    output(process.execPath, [VSCE, 'package', '--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links', '--out', file], { cwd: folder });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const megabytes = statSync(file).size / 1e6;
  if (megabytes > LIMIT_MB) throw new SetupError(`${file} has ${megabytes.toFixed(1)} MB, more than ${LIMIT_MB}.`);
  console.log(`${file}: ${megabytes.toFixed(1)} MB`);
}

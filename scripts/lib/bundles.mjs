// What dist/ is made of: one bundle for each process.
import { join } from 'node:path';
import { ROOT } from './paths.mjs';

export const DIST = join(ROOT, 'dist');
export const WASM_FROM = join(ROOT, 'node_modules', '@tensorflow', 'tfjs-backend-wasm', 'wasm-out');

/** ES modules that hold CommonJS packages: these ask for `require` and the names that Node gives a CommonJS file. */
const COMMONJS_NAMES = `
import { createRequire as __createRequire } from 'node:module';
import { fileURLToPath as __fileURLToPath } from 'node:url';
const require = __createRequire(import.meta.url);
const __filename = __fileURLToPath(import.meta.url);
const __dirname = __fileURLToPath(new URL('.', import.meta.url));`.trim().replaceAll('\n', ' ');

const node = { platform: 'node', target: 'node20' };
const nodeModule = { ...node, format: 'esm', mainFields: ['module', 'main'], banner: { js: COMMONJS_NAMES } };

/**
 * esbuild's options for every bundle.
 * @param {boolean} production without source maps, smaller
 * @returns {import('esbuild').BuildOptions[]}
 */
export function bundles(production) {
  const common = {
    absWorkingDir: ROOT, bundle: true, metafile: true, logLevel: 'warning', legalComments: 'none',
    sourcemap: production ? false : 'linked', minifyWhitespace: production, minifySyntax: production,
  };
  return [
    // VS Code loads the extension by require, and waits for it: the less there is to read, the better
    { ...common, ...node, entryPoints: ['src/extension.ts'], outfile: 'dist/extension.cjs', format: 'cjs', external: ['vscode'], minify: production },
    { ...common, ...nodeModule, entryPoints: ['src/engine/main.ts'], outfile: 'dist/engine.js' },
    // a thread of the engine that computes
    { ...common, ...nodeModule, entryPoints: ['src/tensor/lane.ts'], outfile: 'dist/lane.js' },
    { ...common, ...nodeModule, entryPoints: ['src/cli.ts'], outfile: 'dist/cli.js' },
    { ...common, ...nodeModule, entryPoints: ['src/native/main.ts'], outfile: 'dist/setup-native.js' },
    // a style sheet that the panel imports becomes dist/webview.css
    { ...common, entryPoints: ['webview/main.ts'], outfile: 'dist/webview.js', platform: 'browser', target: 'es2022', format: 'iife', minify: true },
  ];
}

// The harness of the e2e tests, for a bench: its TypeScript as one module.
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { build } from 'esbuild';
import { ROOT } from '../../scripts/lib/paths.mjs';

const HARNESS = join(ROOT, 'test', 'e2e', 'harness');
const WANTED = `
export { Workbench } from './workbench.js';
export { runCommand } from './quickInput.js';
export { focusEditor, goTo, selectAll } from './editor.js';
export { statusItem } from './statusBar.js';
export { processes } from './processes.js';
export { panel } from './panel.js';`;

/** The scripts stay the ones that the project has: they find their files beside themselves. */
const SCRIPTS_STAY = {
  name: 'scripts-stay',
  setup: (plugin) => plugin.onResolve({ filter: /\.mjs$/ }, ({ path, resolveDir }) => ({ path: pathToFileURL(join(resolveDir, path)).href, external: true })),
};

/** What the e2e tests start and drive VS Code with. */
export async function loadHarness() {
  const outfile = join(ROOT, 'dist', 'bench', 'editorHarness.mjs');
  await build({
    stdin: { contents: WANTED, resolveDir: HARNESS }, outfile, bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'warning',
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(join(HARNESS, 'workbench.ts')).href) }, // all of them are in this folder
    plugins: [SCRIPTS_STAY],
  });
  return import(pathToFileURL(outfile).href);
}

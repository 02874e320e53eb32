import { build } from 'esbuild';
import { bundles } from '../../scripts/lib/bundles.mjs';

/** Bundles the pass that is measured as the engine is bundled, with its threads beside it, into dist/bench. */
export async function bundlePass() {
  const engine = bundles(false).find(({ outfile }) => outfile === 'dist/engine.js');
  await build({ ...engine, entryPoints: ['bench/runners/moeLensPass.ts'], outfile: 'dist/bench/moeLensPass.js', logLevel: 'silent' });
  await build({ ...engine, entryPoints: ['src/tensor/lane.ts'], outfile: 'dist/bench/lane.js', logLevel: 'silent' });
}

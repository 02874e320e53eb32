import { build } from 'esbuild';
import { bundles } from '../../scripts/lib/bundles.mjs';

/** Bundles a runner that knows the core as the engine is bundled, with its threads beside it, into dist/bench. */
async function bundle(name) {
  const engine = bundles(false).find(({ outfile }) => outfile === 'dist/engine.js');
  await build({ ...engine, entryPoints: [`bench/runners/${name}.ts`], outfile: `dist/bench/${name}.js`, logLevel: 'silent' });
  await build({ ...engine, entryPoints: ['src/tensor/lane.ts'], outfile: 'dist/bench/lane.js', logLevel: 'silent' });
}

export const bundlePass = () => bundle('moeLensPass');
export const bundleSession = () => bundle('moeLensSession');

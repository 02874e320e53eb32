import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of MoE Lens itself (source checkout or installed extension): media/, dist/ and native/ are in it. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest) && (JSON.parse(readFileSync(manifest, 'utf8')) as { name?: unknown }).name === 'moe-lens') return folder;
    const parent = dirname(folder);
    if (parent === folder) throw new Error('MoE Lens runs outside its own folder: its package.json was not found.');
    folder = parent;
  }
}

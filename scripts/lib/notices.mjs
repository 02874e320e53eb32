// The licences of the packages whose code is in the bundles.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';

const PACKAGE_IN_PATH = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;
const RULE = '-'.repeat(80);

/**
 * @param {readonly import('esbuild').Metafile[]} metafiles of all bundles
 * @returns {string} one section a package: name, version, licence and its text
 */
export function thirdPartyNotices(metafiles) {
  const folders = new Set();
  for (const input of metafiles.flatMap((metafile) => Object.keys(metafile.inputs))) {
    const found = PACKAGE_IN_PATH.exec(input);
    if (found) folders.add(found[1]);
  }
  const sections = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
    return `${RULE}\n${name} ${version} (${license})\n\n${licenceText(join(ROOT, folder))}`;
  });
  return `MoE Lens contains code of these packages.\n\n${sections.join('\n')}`;
}

/** The texts of a package's licence files, some of them in a folder. Some packages name a well-known licence and ship no text. */
function licenceText(folder) {
  const entries = readdirSync(folder, { withFileTypes: true }).filter(({ name }) => /^(licen[cs]e|notice|copying)/i.test(name));
  const files = entries.flatMap((entry) => (entry.isDirectory() ? readdirSync(join(folder, entry.name)).map((file) => join(entry.name, file)) : [entry.name]));
  return files.sort().map((name) => `${readFileSync(join(folder, name), 'utf8').trim()}\n`).join('\n');
}

// npm packages of a folder: there as its lock file says, or installed.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { output } from './shell.mjs';

const readPackages = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;

/** Whether node_modules holds what package-lock.json asks for. npm notes there what it installed. */
export function packagesInstalled(folder) {
  const notes = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(notes)) return false;
  const installed = readPackages(notes);
  return Object.entries(readPackages(join(folder, 'package-lock.json'))).every(([path, wanted]) =>
    // '' is the project itself; optional packages may be for other platforms
    path === '' || wanted.optional || wanted.devOptional || installed[path]?.version === wanted.version);
}

/**
 * @param {string} folder with package.json and package-lock.json
 * @param {string} what for the message
 */
export function installPackages(folder, what) {
  if (packagesInstalled(folder)) return;
  console.log(`Installing ${what}`);
  output('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: folder });
}

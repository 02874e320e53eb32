// The browser of the end-to-end tests: the system's own, since nothing else is in the package registries.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { SetupError } from './shell.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** @returns {string} the program; CHROMIUM names another */
export function findChromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find((file) => existsSync(file));
  if (found === undefined) throw new SetupError('The end-to-end tests need Chromium: install it (Debian: apt-get install chromium) or name it in CHROMIUM.');
  return found;
}

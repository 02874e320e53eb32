// TensorFlow's native library in native/, set up by src/native: the same program that the extension's command runs.
import { join } from 'node:path';
import { installPackages } from './packages.mjs';
import { ROOT } from './paths.mjs';
import { SetupError, output, shown } from './shell.mjs';

const PROGRAM = join('dist', 'setup-native.js');

/**
 * Makes the library load; changes nothing where it does.
 * @param {readonly string[]} args of src/native/main.ts
 */
export function setupNative(args = []) {
  installPackages(ROOT, 'npm packages'); // it is bundled with them
  output(process.execPath, [join(ROOT, 'scripts', 'build.mjs'), '--only=dist/setup-native.js']);
  if (!shown(process.execPath, [join(ROOT, PROGRAM), ...args])) throw new SetupError('Native TensorFlow is not set up (see above).');
}

// What the project needs beside its sources. Each part is installed where it is missing, else left as it is.
import { installServer } from '../vscode-server/install.mjs';
import { findChromium } from './chromium.mjs';
import { setupNative } from './native.mjs';
import { installPackages } from './packages.mjs';
import { LINUX_X64, ROOT } from './paths.mjs';
import { SetupError } from './shell.mjs';

export const PARTS = {
  /** npm packages of the extension and of its tests. */
  deps: () => installPackages(ROOT, 'npm packages'),
  /** TensorFlow's native library; without it the engine runs on WebAssembly. */
  native: () => setupNative(),
  /** VS Code in the browser. */
  'vscode-server': () => {
    if (!LINUX_X64) throw new SetupError('VS Code\'s server is set up on Linux x64 only.');
    installServer();
  },
  /** Looked for, never installed: .ci/run does that. */
  chromium: () => { findChromium(); },
};

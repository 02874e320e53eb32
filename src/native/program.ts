/** Another program, run to its end: quietly, cancelled with all that it has started, its last lines kept for the error. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { throwIfCancelled } from '../base/abort.js';
import { LensError } from '../base/errors.js';

export interface ProgramOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  /** Each line that it prints. */
  readonly onLine?: (line: string) => void;
}

const WINDOWS = process.platform === 'win32';

/** What each program is for people who lack it. */
const WHERE_FROM: Readonly<Record<string, string>> = {
  npm: 'Install Node.js, which brings npm, and start VS Code again.',
  python3: 'Install Python 3 with pip (Debian: apt-get install python3-pip), or name it in the environment variable PYTHON.',
  pip: 'Install pip (Debian: apt-get install python3-pip).',
  'g++': 'Install a C++ compiler (Debian: apt-get install g++), or name it in the environment variable CXX.',
};

/**
 * @returns what it printed, stdout and stderr as they came
 * @throws E_TOOL_MISSING if there is no such program, E_NATIVE_SETUP if it fails, E_CANCELLED
 */
export async function runProgram(name: string, args: readonly string[], { cwd, env, signal, onLine }: ProgramOptions = {}): Promise<string> {
  const command = nameOf(name);
  const lines: string[] = [];
  throwIfCancelled(signal);
  const status = await new Promise<string | number | null>((resolve, reject) => {
    // npm is a .cmd file on Windows, which needs a shell; elsewhere a group of its own can be ended with all that is in it
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], shell: WINDOWS && name === 'npm', detached: !WINDOWS, ...(cwd === undefined ? {} : { cwd }), ...(env === undefined ? {} : { env }) });
    const stop = (): void => endAll(child);
    signal?.addEventListener('abort', stop, { once: true });
    for (const input of [child.stdout, child.stderr]) {
      createInterface({ input }).on('line', (line) => {
        if (line.trim() === '') return;
        lines.push(line);
        onLine?.(line);
      });
    }
    child.once('error', (error: NodeJS.ErrnoException) => reject(error.code === 'ENOENT' ? missing(name, command) : new LensError('E_NATIVE_SETUP', `${command} can't be run: ${error.message}.`)));
    child.once('close', (code, by) => {
      signal?.removeEventListener('abort', stop);
      resolve(by ?? code);
    });
  });
  throwIfCancelled(signal);
  if (status !== 0) throw new LensError('E_NATIVE_SETUP', `${[command, ...args.slice(0, 3)].join(' ')} ... ended with ${status ?? 'an error'}: ${tellingLine(lines)}.`, 'The log says more.');
  return lines.join('\n');
}

/** The program that stands for a name: people may have another Python or compiler. */
function nameOf(name: string): string {
  const named = { python3: process.env['PYTHON'], 'g++': process.env['CXX'] }[name];
  return named === undefined || named === '' ? name : named;
}

/** The line that most likely says why, for a message: all of them are in the log. */
export function tellingLine(lines: readonly string[]): string {
  const telling = lines.find((line) => /\berror:\s|^npm (error|ERR!) /i.test(line)) ?? lines.at(-1) ?? 'it said nothing';
  return telling.trim().replace(/\.$/, '').slice(0, 200);
}

/** What is said of a program that is not there. */
export function missing(name: string, command: string = name): LensError {
  return new LensError('E_TOOL_MISSING', `${command} was not found.`, WHERE_FROM[name] ?? '');
}

/** With what it has started: npm starts scripts, pip and g++ start helpers. */
function endAll(child: ChildProcess): void {
  if (child.pid === undefined) return;
  if (WINDOWS) spawn('taskkill', ['/pid', String(child.pid), '/T', '/F'], { stdio: 'ignore' });
  else {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // it has ended already
    }
  }
}

// Other programs: run to the end, in the foreground.
import { spawnSync } from 'node:child_process';

/** What went wrong, in words for the person who ran the script; needs no stack trace. */
export class SetupError extends Error {}

const WINDOWS = process.platform === 'win32';
const LAST_LINES = 15;

/**
 * Runs a program quietly and gives its output; a failure shows the end of what it printed.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {string} stdout, trimmed
 */
export function output(command, args, options = {}) {
  // npm and code are .cmd files on Windows, which need a shell
  const result = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 28, shell: WINDOWS, ...options });
  if (result.error) throw new SetupError(`${command} can't be run: ${result.error.code === 'ENOENT' ? 'it is not installed' : result.error.message}.`);
  if (result.status !== 0) {
    const printed = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-LAST_LINES).join('\n');
    throw new SetupError(`${[command, ...args].join(' ')} ended with ${result.status ?? result.signal}:\n${printed}`);
  }
  return result.stdout.trim();
}

/**
 * Runs a program with its output shown.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {boolean} whether it ended well
 */
export function shown(command, args, options = {}) {
  const result = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], shell: WINDOWS, ...options });
  return result.status === 0;
}

/** Prints the error of a script's `main` and sets the exit code. */
export function fail(error) {
  console.error(error instanceof SetupError ? error.message : error);
  process.exitCode = 1;
}

/** The process that sets up native acceleration (src/native), as the extension host runs it. */
import { fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { LensError, type ErrorCode } from '../../base/errors.js';
import type { SetupMessage, SetupProgress } from '../../protocol/setupApi.js';
import type { Log } from '../engineProcess.js';

export interface SetupCall {
  /** The built program, dist/setup-native.js. */
  readonly file: string;
  readonly args: readonly string[];
  readonly log: Log;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SetupProgress) => void;
}

export type SetupAnswer = Extract<SetupMessage, { type: 'plan' | 'ready' }>;

/**
 * Runs it to its end. A cancel closes its channel: it ends what it has started, deletes what it has made, and only then is this rejected.
 * @throws E_TOOL_MISSING, E_NATIVE_SETUP, E_CANCELLED
 */
export function runSetup({ file, args, log, signal, onProgress }: SetupCall): Promise<SetupAnswer> {
  if (signal?.aborted === true) return Promise.reject(cancelled());
  // Electron runs as Node, without the extension host's own arguments, which may open a debugger port
  const child = fork(file, [...args], { execArgv: [], stdio: ['ignore', 'pipe', 'pipe', 'ipc'], env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' } });
  const write = (line: string): void => log.info(`[native] ${line}`);
  for (const input of [child.stdout, child.stderr]) if (input !== null) createInterface({ input }).on('line', write);
  return new Promise((resolve, reject) => {
    let answer: SetupAnswer | LensError | undefined;
    const cancel = (): void => {
      if (child.connected) child.disconnect();
    };
    signal?.addEventListener('abort', cancel, { once: true });
    child.on('message', (message: SetupMessage) => {
      if (message.type === 'line') write(message.text);
      else if (message.type === 'progress') onProgress?.(message.progress);
      else if (message.type === 'error') answer = new LensError(message.error.code as ErrorCode, message.error.message, message.error.hint);
      else answer = message;
    });
    child.once('error', (error) => {
      answer ??= new LensError('E_NATIVE_SETUP', `The set-up could not be started: ${error.message}.`, 'The log says more.', { cause: error });
      if (child.pid === undefined) reject(answer instanceof LensError ? answer : error);
    });
    child.once('exit', (code, by) => {
      signal?.removeEventListener('abort', cancel);
      if (signal?.aborted === true) reject(cancelled());
      else if (answer === undefined) reject(new LensError('E_NATIVE_SETUP', `The set-up ended unexpectedly (${by ?? `exit code ${code ?? 'unknown'}`}).`, 'The log says more.'));
      else if (answer instanceof LensError) reject(answer);
      else resolve(answer);
    });
  });
}

const cancelled = (): LensError => new LensError('E_CANCELLED', 'The set-up was cancelled.');

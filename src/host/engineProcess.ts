/** One life of the engine process: its connection, its output, its end. */
import { fork, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter, type MessageConnection } from 'vscode-jsonrpc/node';
import { LensError } from '../base/errors.js';
import { crashError } from './crash.js';

/** The part of a log channel that this needs. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** How long the process may take to end by itself before it is killed. */
const GRACE_MS = 1500;
/** How long the last of the output may take to arrive after the process has ended. */
const OUTPUT_MS = 300;
/** How soon after saying that it ran out of memory the process ends for that reason. */
const OUT_OF_MEMORY_MS = 2000;
/** Kept of stderr, to tell running out of memory from other ends: V8's report with its stack. */
const STDERR_KEPT = 8192;

export class EngineProcess {
  readonly connection: MessageConnection;
  /** Resolves when the process has ended, with what to tell whoever waited for it. */
  readonly ended: Promise<LensError>;
  /** Whoever waits for an answer, told after `ended`. */
  readonly waiting = new Set<(error: LensError) => void>();
  private readonly child: ChildProcess;
  private stderr = '';
  private wanted = true;
  private outOfMemoryAt = Number.NEGATIVE_INFINITY;

  constructor(file: string, private readonly log: Log) {
    this.child = fork(file, [], {
      serialization: 'advanced', // typed arrays arrive as they are
      execArgv: [], // not the extension host's own, which may open a debugger port
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    });
    this.readLines(this.child.stdout, (line) => log.info(`[engine] ${line}`));
    this.readLines(this.child.stderr, (line) => {
      this.stderr = `${this.stderr}${line}\n`.slice(-STDERR_KEPT);
      log.warn(`[engine] ${line}`);
    });
    this.ended = this.waitForEnd();
    void this.ended.then((error) => {
      for (const tell of [...this.waiting]) tell(error);
    });
    this.connection = createMessageConnection(new IPCMessageReader(this.child), new IPCMessageWriter(this.child), {
      error: (message) => log.error(`[engine] ${message}`),
      warn: (message) => log.warn(`[engine] ${message}`),
      info: (message) => log.info(`[engine] ${message}`),
      log: (message) => log.info(`[engine] ${message}`),
    });
    this.connection.onError(([error]) => log.error(`[engine] connection: ${error.message}`));
    this.connection.listen();
    log.info(`Engine started, process ${this.child.pid ?? 'unknown'}.`);
  }

  /** True once `end` was called: what follows is no crash. */
  get isUnwanted(): boolean {
    return !this.wanted;
  }

  /** An engine that can't go on without memory says so to its caller and ends: that is one message, not two. */
  get hasJustRunOutOfMemory(): boolean {
    return Date.now() - this.outOfMemoryAt < OUT_OF_MEMORY_MS;
  }

  noteOutOfMemory(): void {
    this.outOfMemoryAt = Date.now();
  }

  /** Ends the process: its channel is closed, and if that does not end it, it is killed. */
  async end(): Promise<void> {
    this.wanted = false;
    if (this.child.connected) this.child.disconnect();
    const timer = setTimeout(() => this.child.kill('SIGKILL'), GRACE_MS);
    await this.ended;
    clearTimeout(timer);
  }

  private waitForEnd(): Promise<LensError> {
    return new Promise((resolve) => {
      this.child.once('error', (error) => {
        if (this.child.pid !== undefined) return; // it runs; an error while sending is followed by its end
        resolve(new LensError('E_ENGINE_CRASHED', `The engine could not be started: ${error.message}.`, 'Look at the log; reinstalling the extension may help.', { cause: error }));
      });
      this.child.once('exit', (code, signal) => {
        this.log.info(`Engine ended, ${signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`}.`);
        const tell = (): void => resolve(crashError({ code, signal, stderr: this.stderr }));
        // 'close' says that all of stderr has been read; after a disconnect Node does not send it
        const timer = setTimeout(tell, OUTPUT_MS);
        this.child.once('close', () => {
          clearTimeout(timer);
          tell();
        });
      });
    });
  }

  private readLines(stream: Readable | null, onLine: (line: string) => void): void {
    if (stream !== null) createInterface({ input: stream }).on('line', onLine);
  }
}

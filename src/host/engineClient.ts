/**
 * The engine as the extension host calls it: started when first needed, started again after a crash. Trace ids
 * that leave here are this client's own, so that those of an engine that has ended can't name another's traces.
 */
import { CancellationTokenSource, type Disposable, type RequestParam, type RequestType } from 'vscode-jsonrpc/node';
import { isLensError, LensError, toLensError } from '../base/errors.js';
import type { Discovery, DiscoverParams, OpenParams, OpenResult, Progress, TraceParams, WireError } from '../protocol/engineApi.js';
import { detailRequest, discoverRequest, fromResponseError, infoRequest, openRequest, progressType, releaseRequest, traceRequest } from '../protocol/rpc.js';
import { fromWireRun } from '../protocol/wireRun.js';
import type { ModelFacts } from '../trace/modelFacts.js';
import type { RunSummary, TokenDetail } from '../trace/run.js';
import { CrashHistory } from './crash.js';
import { EngineProcess, type Log } from './engineProcess.js';

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface EngineClientOptions {
  /** The built engine, dist/engine.*. */
  readonly file: string;
  readonly log: Log;
  /** Every time the engine has ended, whatever the reason: its traces are gone. */
  readonly onEnd: () => void;
  /** Once per crash that nobody has been told of, whether or not a call was under way. */
  readonly onCrash: (error: LensError) => void;
}

/** How long a broken connection may wait for the news that its process has ended. */
const LOST_MS = 3000;

const cancelled = (): LensError => new LensError('E_CANCELLED', 'The run was cancelled.');
const traceGone = (): LensError => new LensError('E_TRACE_GONE', 'The details of this run are gone.', 'They need a new run.');

export class EngineClient {
  private process: EngineProcess | undefined;
  private readonly crashes = new CrashHistory();
  private readonly traces = new Map<number, { readonly owner: EngineProcess; readonly id: number }>();
  private lastTrace = 0;
  private lastToken = 0;
  private disposed = false;

  constructor(private readonly options: EngineClientOptions) {}

  async open(params: OpenParams, options: CallOptions = {}): Promise<OpenResult> {
    return this.withProgress(this.start(), options, (engine, progressToken) => this.send(engine, openRequest, { ...params, progressToken }, options.signal));
  }

  /** What a checkpoint is: nothing is run, no weights are read. */
  async info(params: OpenParams, signal?: AbortSignal): Promise<ModelFacts> {
    return this.send(this.start(), infoRequest, params, signal);
  }

  async trace(params: TraceParams, options: CallOptions = {}): Promise<readonly RunSummary[]> {
    const engine = this.start();
    const runs = await this.withProgress(engine, options, (owner, progressToken) =>
      this.send(owner, traceRequest, { ...params, progressToken }, options.signal, (late) => this.releaseIn(owner, late.map((run) => run.traceId))));
    return runs.map((run) => {
      this.traces.set(++this.lastTrace, { owner: engine, id: run.traceId });
      return { ...fromWireRun(run), traceId: this.lastTrace };
    });
  }

  /** Never starts an engine. @throws E_TRACE_GONE if the run's engine has ended */
  async detail(traceId: number, token: number, signal?: AbortSignal): Promise<TokenDetail> {
    const trace = this.traces.get(traceId);
    if (trace === undefined || trace.owner !== this.process) throw traceGone();
    return this.send(trace.owner, detailRequest, { traceId: trace.id, token }, signal);
  }

  /** Lets the engine forget traces; those of an engine that has ended are forgotten already. */
  release(traceIds: readonly number[]): void {
    for (const traceId of traceIds) {
      const trace = this.traces.get(traceId);
      this.traces.delete(traceId);
      if (trace !== undefined && trace.owner === this.process) this.releaseIn(trace.owner, [trace.id]);
    }
  }

  async discover(params: DiscoverParams, options: CallOptions = {}): Promise<Discovery> {
    return this.withProgress(this.start(), options, (engine, progressToken) => this.send(engine, discoverRequest, { ...params, progressToken }, options.signal));
  }

  /** Ends the engine; runs that are under way are cancelled. The next call starts another. */
  async stop(): Promise<void> {
    const engine = this.process;
    this.process = undefined; // whoever calls meanwhile gets a new one
    await engine?.end();
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    await this.process?.end();
  }

  private start(): EngineProcess {
    if (this.process !== undefined) return this.process;
    if (this.disposed) throw cancelled();
    this.crashes.check(Date.now());
    const engine = new EngineProcess(this.options.file, this.options.log);
    this.process = engine;
    void engine.ended.then((error) => this.onEnd(engine, error));
    return engine;
  }

  private onEnd(engine: EngineProcess, error: LensError): void {
    if (this.process === engine) this.process = undefined;
    for (const [traceId, trace] of this.traces) if (trace.owner === engine) this.traces.delete(traceId);
    engine.connection.dispose();
    this.options.onEnd();
    if (engine.isUnwanted) return;
    this.crashes.record(Date.now());
    if (engine.hasJustRunOutOfMemory) return; // the call that needed it has said so
    this.options.onCrash(error);
  }

  private async withProgress<T>(engine: EngineProcess, { onProgress }: CallOptions, call: (engine: EngineProcess, progressToken: string) => Promise<T>): Promise<T> {
    const progressToken = `progress-${++this.lastToken}`;
    const listener: Disposable | undefined = onProgress === undefined ? undefined : engine.connection.onProgress(progressType, progressToken, onProgress);
    try {
      return await call(engine, progressToken);
    } finally {
      listener?.dispose();
    }
  }

  /**
   * One request. A cancel is answered here at once, whatever the engine is busy with; what it still sends is
   * handed to `onLate`. If the engine ends first, the call gets that error, the same object for all calls.
   */
  private send<P, R>(engine: EngineProcess, type: RequestType<P, R, WireError>, params: RequestParam<P>, signal?: AbortSignal, onLate: (result: R) => void = () => undefined): Promise<R> {
    if (signal?.aborted === true) return Promise.reject(cancelled());
    const source = new CancellationTokenSource();
    return new Promise<R>((resolve, reject) => {
      let settled = false;
      const settle = (how: () => void): void => {
        if (settled) return;
        settled = true;
        signal?.removeEventListener('abort', onAbort);
        engine.waiting.delete(onEnd);
        how();
      };
      const onAbort = (): void => {
        source.cancel();
        settle(() => reject(cancelled()));
      };
      signal?.addEventListener('abort', onAbort);
      const onEnd = (error: LensError): void => settle(() => reject(engine.isUnwanted ? cancelled() : error));
      engine.waiting.add(onEnd);
      engine.connection.sendRequest(type, params, source.token).then(
        (result) => (settled ? onLate(result) : settle(() => resolve(result))),
        (error: unknown) => {
          const fail = (): void => settle(() => reject(fromResponseError(error)));
          if (isLensError(fromResponseError(error), 'E_OUT_OF_MEMORY')) engine.noteOutOfMemory();
          if (isAnswer(error)) fail();
          else setTimeout(fail, LOST_MS).unref(); // the connection is broken: the end of the process, soon known, says more
        },
      );
    });
  }

  private releaseIn(engine: EngineProcess, traceIds: readonly number[]): void {
    this.send(engine, releaseRequest, { traceIds }).catch((error: unknown) => this.options.log.warn(`Traces were not released: ${toLensError(error).message}`));
  }
}

/** Whether the engine said this, rather than the connection. */
function isAnswer(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'data' in error && error.data !== undefined;
}

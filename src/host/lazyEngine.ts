import type { EngineClient, EngineClientOptions } from './engineClient.js';

export type EngineCalls = Pick<EngineClient, 'open' | 'info' | 'trace' | 'detail' | 'release' | 'discover' | 'stop' | 'dispose'>;

/**
 * The engine client, whose code (with vscode-jsonrpc half of the extension's) is loaded by its first call: VS Code waits for the rest
 * only when it starts.
 */
export class LazyEngine implements EngineCalls {
  private client: Promise<EngineClient> | undefined;

  constructor(private readonly options: EngineClientOptions) {}

  async open(...args: Parameters<EngineClient['open']>): ReturnType<EngineClient['open']> {
    return (await this.load()).open(...args);
  }

  async info(...args: Parameters<EngineClient['info']>): ReturnType<EngineClient['info']> {
    return (await this.load()).info(...args);
  }

  async trace(...args: Parameters<EngineClient['trace']>): ReturnType<EngineClient['trace']> {
    return (await this.load()).trace(...args);
  }

  async detail(...args: Parameters<EngineClient['detail']>): ReturnType<EngineClient['detail']> {
    return (await this.load()).detail(...args);
  }

  async discover(...args: Parameters<EngineClient['discover']>): ReturnType<EngineClient['discover']> {
    return (await this.load()).discover(...args);
  }

  release(traceIds: readonly number[]): void {
    void this.client?.then((client) => { client.release(traceIds); });
  }

  async stop(): Promise<void> {
    await (await this.client)?.stop();
  }

  async dispose(): Promise<void> {
    await (await this.client)?.dispose();
  }

  private load(): Promise<EngineClient> {
    this.client ??= import('./engineClient.js').then((module) => new module.EngineClient(this.options));
    return this.client;
  }
}

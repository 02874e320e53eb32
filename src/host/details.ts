/** Details of one token, asked from the engine once and kept for the next look at it. */
import { isLensError } from '../base/errors.js';
import type { TokenDetail } from '../trace/run.js';
import type { EngineClient } from './engineClient.js';
import type { Notifier } from './notifier.js';
import type { Session } from './session.js';

/** A person looks at a few tokens, again and again; an entry is some kilobytes. */
const KEPT = 200;

export class Details {
  private readonly kept = new Map<string, TokenDetail>();

  constructor(private readonly engine: Pick<EngineClient, 'detail'>, private readonly notifier: Pick<Notifier, 'quietly'>) {}

  /** One per run of the session's result; empty where the engine that had them has ended, or on cancel. Never throws. */
  async of(session: Session, token: number, signal?: AbortSignal): Promise<readonly TokenDetail[]> {
    const runs = session.result?.runs ?? [];
    try {
      return await Promise.all(runs.map(({ run }) => this.one(run.traceId, token, signal)));
    } catch (error) {
      // a crash is told by the client, a cancel is what the caller wanted, and gone traces are said in words where they are missed
      const expected = isLensError(error) && (['E_TRACE_GONE', 'E_CANCELLED', 'E_ENGINE_CRASHED'] as readonly string[]).includes(error.code);
      if (!expected) this.notifier.quietly(error);
      return [];
    }
  }

  private async one(traceId: number, token: number, signal?: AbortSignal): Promise<TokenDetail> {
    const key = `${traceId} ${token}`;
    const known = this.kept.get(key);
    if (known !== undefined) return known;
    const detail = await this.engine.detail(traceId, token, signal);
    this.kept.set(key, detail);
    const oldest = this.kept.keys().next();
    if (this.kept.size > KEPT && oldest.done !== true) this.kept.delete(oldest.value);
    return detail;
  }
}

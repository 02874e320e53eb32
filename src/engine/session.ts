import { createHash } from 'node:crypto';
import { LensError } from '../base/errors.js';
import { openCheckpoint } from '../checkpoint/open.js';
import { forward } from '../model/forward.js';
import { KvCache } from '../model/kvCache.js';
import { checkRouters, readModel, type Model } from '../model/model.js';
import { surprisals } from '../model/surprisal.js';
import { Weights } from '../model/weights.js';
import type { Policy } from '../routing/policy.js';
import { checkPolicy } from '../routing/route.js';
import type { OpenParams } from '../protocol/engineApi.js';
import { startBackend, type Backend } from '../tensor/backend.js';
import { sliceRows } from '../tensor/ops.js';
import { loadTokenizer } from '../tokenizer/load.js';
import type { Encoding, Tokenizer } from '../tokenizer/encoding.js';
import type { BackendInfo, ModelInfo } from '../trace/run.js';
import type { Trace } from '../trace/trace.js';
import { TraceBuilder } from '../trace/traceBuilder.js';
import type { CallOptions } from './engine.js';
import { planWindows, type Window } from './windows.js';

/** Longest text, in UTF-16 code units: some 250 pages. It keeps a slip (a log file, a database dump) from taking hours. */
export const MAX_TEXT = 1_000_000;
/** Most tokens of one run: 32,768 tokens of 64 layers x 128 experts are 1 GB of probabilities, what a machine can hold. */
export const MAX_TOKENS = 32_768;

/** An open checkpoint, ready to run. Calls must not overlap (see Queue). */
export class Session {
  private constructor(
    private readonly model: Model,
    private readonly tokenizer: Tokenizer,
    private readonly weights: Weights,
    private readonly closeStore: () => Promise<void>,
    readonly backend: BackendInfo,
    readonly loadMs: number,
  ) {}

  /** Opens a checkpoint on a backend. Reads its config, headers and tokenizer; weights are read when first used. */
  static async open(options: OpenParams): Promise<Session> {
    const began = performance.now();
    const checkpoint = await openCheckpoint(options.path);
    try {
      const model = readModel(checkpoint);
      const tokenizer = await loadTokenizer(checkpoint);
      if (tokenizer.idLimit > model.info.vocabularySize) {
        throw new LensError('E_VOCAB_MISMATCH', `The tokenizer has ids up to ${tokenizer.idLimit - 1}, the model only ${model.info.vocabularySize} embeddings.`, 'The tokenizer and the weights are not of the same model.');
      }
      await checkRouters(model);
      const { weightBudget, ...backend }: Backend = await startBackend(options.backend, options.nativeFolder);
      const weights = new Weights(model.store, weightBudget);
      return new Session(model, tokenizer, weights, () => checkpoint.store.close(), backend, performance.now() - began);
    } catch (error) {
      await checkpoint.store.close();
      throw error;
    }
  }

  get info(): ModelInfo {
    return this.model.info;
  }

  encode(text: string): Encoding {
    if (text === '') throw new LensError('E_TEXT_EMPTY', 'There is no text to run.', 'Select some text first.');
    if (text.length > MAX_TEXT) throw tooLong(`${text.length} characters`, `${MAX_TEXT} characters`);
    const encoding = this.tokenizer.encode(text);
    if (encoding.ids.length === 0) throw new LensError('E_TEXT_EMPTY', 'The text has no tokens.', 'Select some text first.');
    if (encoding.ids.length > MAX_TOKENS) throw tooLong(`${encoding.ids.length} tokens`, `${MAX_TOKENS} tokens`);
    return encoding;
  }

  /** @throws E_POLICY_UNSUPPORTED if the checkpoint can't be run faithfully under the policy */
  check(policy: Policy): void {
    checkPolicy(this.model.decoder.router, policy);
  }

  /**
   * Runs `text` under `policy` and records what the routers did.
   * @throws E_POLICY_UNSUPPORTED, E_TEXT_EMPTY, E_TEXT_TOO_LONG, E_CANCELLED, E_OUT_OF_MEMORY, E_WEIGHTS_NOT_FINITE, E_UNREADABLE
   */
  async trace(text: string, policy: Policy, options: CallOptions = {}): Promise<Trace> {
    const { decoder, info } = this.model;
    this.check(policy);
    const encoding = this.encode(text);
    const { ids, starts, ends } = encoding;
    const plan = planWindows(ids.length, info.contextLength);
    const builder = new TraceBuilder({
      model: info,
      backend: this.backend,
      policy,
      router: decoder.router,
      text: { length: text.length, sha256: createHash('sha256').update(text).digest('hex') },
      tokens: { ids, starts, ends, texts: this.#texts(text, encoding) },
      ...(plan.summary === undefined ? {} : { windows: plan.summary }),
    });
    const began = performance.now();
    const perWindow = decoder.blocks.length + 1;
    for (const [w, window] of plan.windows.entries()) {
      const step = (done: number): void => options.onProgress?.({ stage: stageOf(w, plan.windows.length, done, decoder.blocks.length), done: w * perWindow + done, total: plan.windows.length * perWindow });
      await this.#runWindow(encoding, window, policy, builder, step, options.signal);
    }
    const attended = plan.windows.reduce((sum, { start, end }) => sum + ((end - start) * (end - start + 1)) / 2, 0);
    return builder.build({ loadMs: this.loadMs, forwardMs: performance.now() - began }, 4 * attended * decoder.attentionWidth * decoder.blocks.length);
  }

  async #runWindow(encoding: Encoding, window: Window, policy: Policy, builder: TraceBuilder, step: (done: number) => void, signal: AbortSignal | undefined): Promise<void> {
    const { decoder } = this.model;
    const { weights } = this;
    const cache = new KvCache();
    const firstRow = window.firstNew - window.start;
    step(0);
    try {
      const hidden = await forward(decoder, encoding.ids.subarray(window.start, window.end), {
        weights,
        cache,
        policy,
        ...(signal === undefined ? {} : { signal }),
        onRouting: (layer, routing) => { builder.addRouting(layer, routing, firstRow); },
        onLayer: (layer) => { step(layer + 1); },
      });
      try {
        const firstTarget = Math.max(window.firstNew, 1); // the first token of the text follows nothing
        const count = window.end - firstTarget;
        if (count === 0) return;
        const rows = sliceRows(hidden, firstTarget - 1 - window.start, count);
        try {
          builder.addSurprisal(firstTarget, await surprisals(decoder, rows, encoding.ids.subarray(firstTarget, window.end), weights, signal));
        } finally {
          rows.dispose();
        }
      } finally {
        hidden.dispose();
      }
    } finally {
      cache.dispose();
    }
  }

  /** Each token as text: what it covers, or its name where it covers nothing. */
  #texts(text: string, { ids, starts, ends }: Encoding): string[] {
    return Array.from(ids, (id, t) => (ends[t] > starts[t] ? text.slice(starts[t], ends[t]) : this.tokenizer.decodeToken(id)));
  }

  async close(): Promise<void> {
    this.weights.dispose();
    await this.closeStore();
  }
}

function stageOf(window: number, windows: number, done: number, layers: number): string {
  const where = done === layers ? 'surprisal' : `layer ${Math.min(done + 1, layers)} of ${layers}`;
  return windows === 1 ? where : `window ${window + 1} of ${windows}, ${where}`;
}

function tooLong(found: string, limit: string): LensError {
  return new LensError('E_TEXT_TOO_LONG', `The text has ${found}; at most ${limit} are run at once.`, 'Select a part of it.');
}

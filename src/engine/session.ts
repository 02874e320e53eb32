import { createHash } from 'node:crypto';
import { LensError } from '../base/errors.js';
import { openCheckpoint } from '../checkpoint/open.js';
import { forward } from '../model/forward.js';
import { startMachine, type RunningMachine } from '../model/machine.js';
import { checkRouters, readModel, type Model } from '../model/model.js';
import type { Sequence } from '../model/pass.js';
import { rowsOf } from '../model/rows.js';
import { surprisals } from '../model/surprisal.js';
import type { Policy } from '../routing/policy.js';
import { checkPolicy } from '../routing/route.js';
import type { OpenParams } from '../protocol/engineApi.js';
import { loadTokenizer } from '../tokenizer/load.js';
import type { Encoding, Tokenizer } from '../tokenizer/encoding.js';
import type { BackendInfo, ModelInfo } from '../trace/run.js';
import type { Trace } from '../trace/trace.js';
import { TraceBuilder } from '../trace/traceBuilder.js';
import type { CallOptions } from './engine.js';
import { planWindows, type Window, type WindowPlan } from './windows.js';

/** Longest text, in UTF-16 code units: some 250 pages. It keeps a slip (a log file, a database dump) from taking hours. */
export const MAX_TEXT = 1_000_000;
/** Most tokens of one run: 32,768 tokens of 64 layers x 128 experts are 1 GB of probabilities, what a machine can hold. */
export const MAX_TOKENS = 32_768;

/** Multiply-adds of a run for which all lanes are started, which takes half a second: as long as one lane needs for so many. */
const WORTH_ALL_LANES = 3e10;

/** An open checkpoint, ready to run. Calls must not overlap (see Queue). */
export class Session {
  private constructor(
    private readonly model: Model,
    private readonly tokenizer: Tokenizer,
    private readonly machine: RunningMachine,
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
      const machine = await startMachine(model.store, options);
      return new Session(model, tokenizer, machine, () => checkpoint.store.close(), machine.backend, performance.now() - began);
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
   * Runs `text` under each of the policies, side by side, and records what the routers did.
   * @throws E_POLICY_UNSUPPORTED, E_TEXT_EMPTY, E_TEXT_TOO_LONG, E_CANCELLED, E_OUT_OF_MEMORY, E_WEIGHTS_NOT_FINITE, E_UNREADABLE
   */
  async traces(text: string, policies: readonly Policy[], { signal, onProgress }: CallOptions = {}): Promise<Trace[]> {
    const { decoder, info } = this.model;
    for (const policy of policies) this.check(policy);
    const encoding = this.encode(text);
    const plan = planWindows(encoding.ids.length, info.contextLength);
    const builders = this.#builders(text, encoding, policies, plan);
    const began = performance.now();
    const { blocks } = decoder;
    const tokens = plan.windows.reduce((sum, { start, end }) => sum + end - start, 0) * policies.length;
    if (tokens * (info.activeParameters ?? info.parameters / 2) > WORTH_ALL_LANES) await this.machine.lanes.widen();
    const step = (done: number): void => onProgress?.({ stage: done === blocks.length ? 'surprisal' : `layer ${Math.min(done + 1, blocks.length)} of ${blocks.length}`, done, total: blocks.length + 1 });
    step(0);
    await this.#run(encoding.ids, plan.windows, policies, builders, (layer) => { step(layer + 1); }, signal);
    const attended = plan.windows.reduce((sum, { start, end }) => sum + ((end - start) * (end - start + 1)) / 2, 0);
    const timings = { loadMs: this.loadMs, forwardMs: performance.now() - began };
    return builders.map((builder) => builder.build(timings, 4 * attended * decoder.attentionWidth * blocks.length));
  }

  async trace(text: string, policy: Policy, options: CallOptions = {}): Promise<Trace> {
    const [trace] = await this.traces(text, [policy], options);
    return trace;
  }

  #builders(text: string, encoding: Encoding, policies: readonly Policy[], plan: WindowPlan): TraceBuilder[] {
    const { ids, starts, ends } = encoding;
    const head = {
      model: this.model.info,
      backend: this.backend,
      router: this.model.decoder.router,
      text: { length: text.length, sha256: createHash('sha256').update(text).digest('hex') },
      tokens: { ids, starts, ends, texts: this.#texts(text, encoding) },
      ...(plan.summary === undefined ? {} : { windows: plan.summary }),
    };
    return policies.map((policy) => new TraceBuilder({ ...head, policy }));
  }

  /** One pass over all windows of all policies. */
  async #run(ids: Int32Array, windows: readonly Window[], policies: readonly Policy[], builders: readonly TraceBuilder[], onLayer: (layer: number) => void, signal: AbortSignal | undefined): Promise<void> {
    const { machine, model: { decoder } } = this;
    const runs = policies.flatMap((policy, p) => windows.map((window) => ({ policy, window, builder: builders[p], cache: machine.newCache(window.end - window.start) })));
    try {
      await machine.scratch.scope(async () => {
        const sequences = runs.map(({ policy, window: { start, end, firstNew }, builder, cache }): Sequence => ({
          ids: ids.subarray(start, end), policy, cache, onRouting: (layer, routing) => { builder.addRouting(layer, routing, firstNew - start); },
        }));
        const hidden = await forward(decoder, sequences, machine, { signal, onLayer });
        let row = 0;
        for (const { window: { start, end, firstNew }, builder } of runs) {
          const firstTarget = Math.max(firstNew, 1); // the first token of the text follows nothing
          const rows = rowsOf(hidden, row + firstTarget - 1 - start, end - firstTarget);
          if (rows.count > 0) builder.addSurprisal(firstTarget, await surprisals(decoder, rows, ids.subarray(firstTarget, end), machine, signal));
          row += end - start;
        }
      });
    } finally {
      for (const { cache } of runs) cache.dispose();
    }
  }

  /** Each token as text: what it covers, or its name where it covers nothing. */
  #texts(text: string, { ids, starts, ends }: Encoding): string[] {
    return Array.from(ids, (id, t) => (ends[t] > starts[t] ? text.slice(starts[t], ends[t]) : this.tokenizer.decodeToken(id)));
  }

  async close(): Promise<void> {
    await this.machine.close();
    await this.closeStore();
  }
}

function tooLong(found: string, limit: string): LensError {
  return new LensError('E_TEXT_TOO_LONG', `The text has ${found}; at most ${limit} are run at once.`, 'Select a part of it.');
}

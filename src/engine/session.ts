import { createHash } from 'node:crypto';
import { bytesText } from '../base/bytes.js';
import { LensError } from '../base/errors.js';
import { openCheckpoint } from '../checkpoint/open.js';
import { machineOn, startHardware, type Hardware, type RunningMachine } from '../model/machine.js';
import { checkRouters, readModel, type Model } from '../model/model.js';
import { formatPolicy, type Policy } from '../routing/policy.js';
import { checkPolicy, isSimulated } from '../routing/route.js';
import type { OpenParams } from '../protocol/engineApi.js';
import { loadTokenizer } from '../tokenizer/load.js';
import type { Encoding, Tokenizer } from '../tokenizer/encoding.js';
import type { BackendInfo, ModelInfo } from '../trace/run.js';
import type { Trace } from '../trace/trace.js';
import { TraceBuilder } from '../trace/traceBuilder.js';
import type { TraceOptions } from './engine.js';
import { checkFootprint, laneBytes, largestWeights, workingBytes } from './footprint.js';
import { Prefixes } from './prefixes.js';
import { keptBytes, runWindows, type PolicyRun } from './windowRun.js';
import { planWindows, type WindowPlan } from './windows.js';

/** Longest text, in UTF-16 code units: some 250 pages. It keeps a slip (a log file, a database dump) from taking hours. */
export const MAX_TEXT = 1_000_000;
/** Most tokens of one run: what is recorded of 32,768 tokens in 64 layers is some 300 MB, with all probabilities of 128 experts 1 GB more. */
export const MAX_TOKENS = 32_768;

/** Multiply-adds of a run for which all lanes are started, which takes half a second: as long as one lane needs for so many. */
const WORTH_ALL_LANES = 3e10;

/** What a run records of a token and layer, about: so many experts with id, weight and probability. */
const RECORDED_EXPERTS = 16;
const RECORDED_BYTES = 10;

/** An open checkpoint, ready to run. Calls must not overlap (see Queue). */
export class Session {
  private constructor(
    private readonly model: Model,
    private readonly tokenizer: Tokenizer,
    private readonly machine: RunningMachine,
    private readonly closeRest: () => Promise<void>,
    readonly backend: BackendInfo,
    readonly loadMs: number,
    private readonly prefixes: Prefixes,
    private readonly hardware: Hardware,
  ) {}

  /**
   * Opens a checkpoint on a backend. Reads its config, headers and tokenizer; weights are read when first used.
   * @param hardware what to run on, if it runs already
   */
  static async open(options: OpenParams, hardware?: Hardware): Promise<Session> {
    const began = performance.now();
    const checkpoint = await openCheckpoint(options.path);
    try {
      const model = readModel(checkpoint);
      const tokenizer = await loadTokenizer(checkpoint);
      if (tokenizer.idLimit > model.info.vocabularySize) {
        throw new LensError('E_VOCAB_MISMATCH', `The tokenizer has ids up to ${tokenizer.idLimit - 1}, the model only ${model.info.vocabularySize} embeddings.`, 'The tokenizer and the weights are not of the same model.');
      }
      await checkRouters(model);
      const own = hardware ?? (await startHardware(options));
      const close = async (): Promise<void> => {
        if (hardware === undefined) await own.close();
        await checkpoint.store.close();
      };
      own.settle(0);
      return new Session(model, tokenizer, machineOn(own, model.store), close, own.backend, performance.now() - began, new Prefixes(own.memory), own);
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
  async traces(text: string, policies: readonly Policy[], { signal, onProgress, surprisal = true, full = false }: TraceOptions = {}): Promise<Trace[]> {
    const { decoder, info } = this.model;
    for (const policy of policies) this.check(policy);
    const encoding = this.encode(text);
    const plan = planWindows(encoding.ids.length, info.contextLength);
    const builders = this.#builders(text, encoding, policies, plan);
    const began = performance.now();
    const { blocks } = decoder;
    const runs = this.#distinct(policies, builders);
    const tokens = plan.windows.reduce((sum, { start, end }) => sum + end - start, 0) * runs.length;
    if (tokens * (info.activeParameters ?? info.parameters / 2) > WORTH_ALL_LANES) await this.machine.lanes.widen();
    const { estimatedBytes, keepsCaches } = this.#plan(tokens, full);
    const needs = this.machine.weights.keepStored ? `, needs about ${bytesText(estimatedBytes)}` : ''; // of models that are large for the budget
    const step = (done: number): void => onProgress?.({ stage: `${done === blocks.length && surprisal ? 'surprisal' : `layer ${Math.min(done + 1, blocks.length)} of ${blocks.length}`}${needs}`, done, total: blocks.length + (surprisal ? 1 : 0) });
    step(0);
    await runWindows(decoder, this.machine, this.prefixes, encoding.ids, plan.windows, runs, { surprisal, full, keepsCaches, signal, onLayer: (layer) => { step(layer + 1); } });
    const attended = plan.windows.reduce((sum, { start, end }) => sum + ((end - start) * (end - start + 1)) / 2, 0);
    const measured = { loadMs: this.loadMs, forwardMs: performance.now() - began, memory: { budgetBytes: this.hardware.budget, estimatedBytes, peakBytes: process.resourceUsage().maxRSS * 1024 } };
    const leftOut = surprisal ? 0 : 2 * encoding.ids.length * info.hiddenSize * info.vocabularySize; // the output layer's, which is among the dense products
    return builders.map((builder) => builder.build(measured, 4 * attended * decoder.attentionWidth * blocks.length - leftOut));
  }

  async trace(text: string, policy: Policy, options: TraceOptions = {}): Promise<Trace> {
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

  /** Policies that are the same rule under two names are run once. */
  #distinct(policies: readonly Policy[], builders: readonly TraceBuilder[]): PolicyRun[] {
    const { router } = this.model.decoder;
    const runs = new Map<string, { readonly key: string; readonly policy: Policy; readonly builders: TraceBuilder[] }>();
    policies.forEach((policy, i) => {
      const key = isSimulated(router, policy) ? formatPolicy(policy) : 'native';
      const run = runs.get(key) ?? { key, policy, builders: [] };
      run.builders.push(builders[i]);
      runs.set(key, run);
    });
    return [...runs.values()];
  }

  /**
   * Bytes that the process will hold at most, its own and what this run brings; and whether keys and values are kept for the next.
   * @throws E_OUT_OF_MEMORY if the run can't keep to the budget
   */
  #plan(tokens: number, full: boolean): { readonly estimatedBytes: number; readonly keepsCaches: boolean } {
    const { model: { decoder, info }, machine: { weights, lanes }, prefixes } = this;
    const recorded = info.moeLayers.length * tokens * (full ? info.experts : Math.min(info.experts, RECORDED_EXPERTS)) * RECORDED_BYTES;
    const own = this.hardware.settle(recorded + lanes.most * laneBytes(decoder, info.expertParameters));
    const keepsCaches = tokens * keptBytes(decoder) <= prefixes.limit; // of what is left now
    const working = workingBytes(decoder, { rows: tokens, keepsCaches, lanes: lanes.count });
    checkFootprint(working, largestWeights(decoder, info.expertParameters, lanes.count), weights.budget);
    const all = weights.keepStored ? info.weightBytes : info.memoryBytes;
    return { estimatedBytes: own + Math.min(weights.budget, working + all), keepsCaches };
  }

  /** Each token as text: what it covers, or its name where it covers nothing. */
  #texts(text: string, { ids, starts, ends }: Encoding): string[] {
    return Array.from(ids, (id, t) => (ends[t] > starts[t] ? text.slice(starts[t], ends[t]) : this.tokenizer.decodeToken(id)));
  }

  async close(): Promise<void> {
    this.prefixes.dispose();
    await this.machine.close();
    await this.closeRest();
  }
}

function tooLong(found: string, limit: string): LensError {
  return new LensError('E_TEXT_TOO_LONG', `The text has ${found}; at most ${limit} are run at once.`, 'Select a part of it.');
}

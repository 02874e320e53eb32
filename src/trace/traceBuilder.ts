import type { Policy } from '../routing/policy.js';
import { isSimulated, type Router } from '../routing/route.js';
import { joinRecords, recordRows, type RoutingRecord } from './record.js';
import type { BackendInfo, ModelInfo, RunMemory, Windows } from './run.js';
import type { LayerTrace, Timings, Trace, TraceSummary, TraceTokens } from './trace.js';

/** What is known before a run starts. */
export interface TraceHead {
  readonly model: ModelInfo;
  readonly backend: BackendInfo;
  readonly policy: Policy;
  readonly router: Router;
  readonly text: { readonly length: number; readonly sha256: string };
  readonly tokens: TraceTokens;
  readonly windows?: Windows;
}

/**
 * Collects what a forward pass reports and makes the one trace of it. Rows arrive in order of tokens, layer by
 * layer or window by window; a long text's windows overlap, so only the rows from `firstRow` on are taken.
 */
export class TraceBuilder {
  readonly #parts = new Map<number, RoutingRecord[]>();
  readonly #surprisal: Float32Array;
  #expertMs: number | undefined = 0;

  constructor(private readonly head: TraceHead) {
    this.#surprisal = new Float32Array(head.tokens.ids.length).fill(NaN);
  }

  /** What `layer` did with the tokens of one window; rows before `firstRow` are known from the window before. */
  addRouting(layer: number, record: RoutingRecord, firstRow: number): void {
    const parts = this.#parts.get(layer) ?? [];
    parts.push(firstRow === 0 ? record : recordRows(record, firstRow, record.tokens));
    this.#parts.set(layer, parts);
  }

  /** -ln p in nats of the tokens from `firstToken` on. */
  addSurprisal(firstToken: number, values: Float32Array): void {
    this.#surprisal.set(values, firstToken);
  }

  /** Adds to the time of the routed experts; undefined if only some of the tokens were computed, so that it can't be told of all. */
  addExpertMs(ms: number | undefined): void {
    this.#expertMs = ms === undefined || this.#expertMs === undefined ? undefined : this.#expertMs + ms;
  }

  /** @param otherFlops what the attention's own products cost, less the output layer's where that was left out; the rest follows from the counts */
  build({ memory, ...timings }: Omit<Timings, 'expertMs'> & { readonly memory: RunMemory }, otherFlops: number): Trace {
    const { head } = this;
    const layers: LayerTrace[] = [...this.#parts]
      .sort(([a], [b]) => a - b)
      .map(([layer, parts]) => ({ layer, ...joinRecords(parts) }));
    const concrete = head.policy.kind === 'native' ? head.router.native : head.policy;
    return {
      model: head.model,
      backend: head.backend,
      policy: head.policy,
      concrete,
      simulated: isSimulated(head.router, head.policy),
      text: head.text,
      tokens: head.tokens,
      surprisal: this.#surprisal,
      layers,
      ...(head.windows === undefined ? {} : { windows: head.windows }),
      summary: summarise(head.model, layers, this.#surprisal, otherFlops),
      timings: { ...timings, ...(this.#expertMs === undefined ? {} : { expertMs: this.#expertMs }) },
      memory,
    };
  }
}

function summarise(model: ModelInfo, layers: readonly LayerTrace[], surprisal: Float32Array, otherFlops: number): TraceSummary {
  const tokens = surprisal.length;
  const selected = layers.map((layer) => layer.ids.length);
  const total = selected.reduce((sum, count) => sum + count, 0);
  const known = surprisal.filter((value) => !Number.isNaN(value));
  return {
    meanExperts: total / (tokens * layers.length),
    meanSurprisal: known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length,
    activeParameters: Math.round(model.denseParameters + (total / tokens) * model.expertParameters),
    flops: Math.round(2 * (tokens * model.denseProductParameters + total * model.expertParameters) + otherFlops),
    perLayer: selected.map((count) => count / tokens),
  };
}

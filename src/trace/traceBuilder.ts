import type { Policy } from '../routing/policy.js';
import { isSimulated, type Router, type Routing } from '../routing/route.js';
import type { BackendInfo, ModelInfo, Windows } from './run.js';
import type { LayerTrace, Trace, TraceSummary, TraceTokens } from './trace.js';

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

/** The rows [from, to) of a routing. */
function rowsOf(routing: Routing, from: number, to: number): Routing {
  const first = routing.offsets[from];
  const last = routing.offsets[to];
  return {
    tokens: to - from,
    experts: routing.experts,
    offsets: routing.offsets.slice(from, to + 1).map((offset) => offset - first),
    ids: routing.ids.slice(first, last),
    weights: routing.weights.slice(first, last),
    probabilities: routing.probabilities.slice(from * routing.experts, to * routing.experts),
    margins: routing.margins.slice(from, to),
    entropy: routing.entropy.slice(from, to),
  };
}

function concatenate<A extends Float32Array | Uint16Array>(parts: readonly A[], into: A): A {
  let at = 0;
  for (const part of parts) {
    into.set(part, at);
    at += part.length;
  }
  return into;
}

/** Routings of consecutive rows as one. */
function join(parts: readonly Routing[]): Routing {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const total = (size: (part: Routing) => number): number => parts.reduce((sum, part) => sum + size(part), 0);
  const tokens = total((part) => part.tokens);
  const experts = only?.experts ?? 0;
  const offsets = new Uint32Array(tokens + 1);
  let row = 0;
  let base = 0;
  for (const part of parts) {
    for (let t = 1; t <= part.tokens; t++) offsets[row + t] = base + part.offsets[t];
    row += part.tokens;
    base += part.ids.length;
  }
  const floats = (pick: (part: Routing) => Float32Array): Float32Array => concatenate(parts.map(pick), new Float32Array(total((part) => pick(part).length)));
  return {
    tokens,
    experts,
    offsets,
    ids: concatenate(parts.map((part) => part.ids), new Uint16Array(base)),
    weights: floats((part) => part.weights),
    probabilities: floats((part) => part.probabilities),
    margins: floats((part) => part.margins),
    entropy: floats((part) => part.entropy),
  };
}

/**
 * Collects what a forward pass reports and makes the one trace of it. Rows arrive in order of tokens, layer by
 * layer or window by window; a long text's windows overlap, so only the rows from `firstRow` on are taken.
 */
export class TraceBuilder {
  readonly #parts = new Map<number, Routing[]>();
  readonly #surprisal: Float32Array;

  constructor(private readonly head: TraceHead) {
    this.#surprisal = new Float32Array(head.tokens.ids.length).fill(NaN);
  }

  /** Routing of `layer` for the tokens of one window; rows before `firstRow` are known from the window before. */
  addRouting(layer: number, routing: Routing, firstRow: number): void {
    const parts = this.#parts.get(layer) ?? [];
    parts.push(firstRow === 0 ? routing : rowsOf(routing, firstRow, routing.tokens));
    this.#parts.set(layer, parts);
  }

  /** -ln p in nats of the tokens from `firstToken` on. */
  addSurprisal(firstToken: number, values: Float32Array): void {
    this.#surprisal.set(values, firstToken);
  }

  /** @param attentionFlops what the attention's own products cost; the rest follows from the counts */
  build(timings: { readonly loadMs: number; readonly forwardMs: number }, attentionFlops: number): Trace {
    const { head } = this;
    const layers: LayerTrace[] = [...this.#parts]
      .sort(([a], [b]) => a - b)
      .map(([layer, parts]) => ({ layer, ...join(parts) }));
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
      summary: summarise(head.model, layers, this.#surprisal, attentionFlops),
      timings,
    };
  }
}

function summarise(model: ModelInfo, layers: readonly LayerTrace[], surprisal: Float32Array, attentionFlops: number): TraceSummary {
  const tokens = surprisal.length;
  const selected = layers.map((layer) => layer.ids.length);
  const total = selected.reduce((sum, count) => sum + count, 0);
  const known = surprisal.filter((value) => !Number.isNaN(value));
  return {
    meanExperts: total / (tokens * layers.length),
    meanSurprisal: known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length,
    activeParameters: Math.round(model.denseParameters + (total / tokens) * model.expertParameters),
    flops: Math.round(2 * (tokens * model.denseProductParameters + total * model.expertParameters) + attentionFlops),
    perLayer: selected.map((count) => count / tokens),
  };
}

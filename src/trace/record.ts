import type { Routing } from '../routing/route.js';

/** Experts that were left out whose probabilities are kept of each token. */
export const RUNNERS_UP = 3;

/** What is kept of a layer's routing: of the probabilities those that are looked at, which for a long text is a tenth of all. */
export interface RoutingRecord extends Omit<Routing, 'probabilities'> {
  /** Probabilities of the selected experts, in the order of `ids`. */
  readonly chosen: Float32Array;
  /** [tokens, RUNNERS_UP]: the most probable experts that were left out, and their probabilities; NaN where there are fewer. */
  readonly runnersUp: Uint16Array;
  readonly runnersUpProbabilities: Float32Array;
  /** [tokens, experts]; only where all were asked for. */
  readonly probabilities?: Float32Array;
}

/** @param all whether every probability is kept */
export function recordOf({ probabilities, ...routing }: Routing, all: boolean): RoutingRecord {
  const { tokens, experts, offsets, ids } = routing;
  const chosen = new Float32Array(ids.length);
  const runnersUp = new Uint16Array(tokens * RUNNERS_UP);
  const runnersUpProbabilities = new Float32Array(tokens * RUNNERS_UP).fill(NaN);
  const left = new Float32Array(experts);
  for (let token = 0; token < tokens; token++) {
    left.set(probabilities.subarray(token * experts, (token + 1) * experts));
    for (let i = offsets[token]; i < offsets[token + 1]; i++) {
      chosen[i] = left[ids[i]];
      left[ids[i]] = -1;
    }
    for (let at = token * RUNNERS_UP; at < (token + 1) * RUNNERS_UP; at++) {
      const best = largest(left);
      if (left[best] < 0) break;
      runnersUp[at] = best;
      runnersUpProbabilities[at] = left[best];
      left[best] = -1;
    }
  }
  return { ...routing, chosen, runnersUp, runnersUpProbabilities, ...(all ? { probabilities } : {}) };
}

/** Bytes of memory. */
export const bytesOfRecord = ({ offsets, ids, weights, margins, entropy, chosen, runnersUp, runnersUpProbabilities, probabilities }: RoutingRecord): number =>
  [offsets, ids, weights, margins, entropy, chosen, runnersUp, runnersUpProbabilities, probabilities].reduce((sum, each) => sum + (each?.byteLength ?? 0), 0);

/** The first of the largest. */
function largest(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

/** The rows [from, to) of a record. */
export function recordRows(record: RoutingRecord, from: number, to: number): RoutingRecord {
  const { experts } = record;
  const first = record.offsets[from];
  const last = record.offsets[to];
  return {
    tokens: to - from,
    experts,
    offsets: record.offsets.slice(from, to + 1).map((offset) => offset - first),
    ids: record.ids.slice(first, last),
    weights: record.weights.slice(first, last),
    margins: record.margins.slice(from, to),
    entropy: record.entropy.slice(from, to),
    chosen: record.chosen.slice(first, last),
    runnersUp: record.runnersUp.slice(from * RUNNERS_UP, to * RUNNERS_UP),
    runnersUpProbabilities: record.runnersUpProbabilities.slice(from * RUNNERS_UP, to * RUNNERS_UP),
    ...(record.probabilities === undefined ? {} : { probabilities: record.probabilities.slice(from * experts, to * experts) }),
  };
}

/** Records of consecutive rows as one. */
export function joinRecords(parts: readonly RoutingRecord[]): RoutingRecord {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const tokens = parts.reduce((sum, part) => sum + part.tokens, 0);
  const offsets = new Uint32Array(tokens + 1);
  let row = 0;
  let base = 0;
  for (const part of parts) {
    for (let t = 1; t <= part.tokens; t++) offsets[row + t] = base + part.offsets[t];
    row += part.tokens;
    base += part.ids.length;
  }
  const floats = (pick: (part: RoutingRecord) => Float32Array): Float32Array => concatenate(parts.map(pick), (length) => new Float32Array(length));
  const shorts = (pick: (part: RoutingRecord) => Uint16Array): Uint16Array => concatenate(parts.map(pick), (length) => new Uint16Array(length));
  const isFull = parts.length > 0 && parts.every((part) => part.probabilities !== undefined);
  return {
    tokens,
    experts: only?.experts ?? 0,
    offsets,
    ids: shorts((part) => part.ids),
    weights: floats((part) => part.weights),
    margins: floats((part) => part.margins),
    entropy: floats((part) => part.entropy),
    chosen: floats((part) => part.chosen),
    runnersUp: shorts((part) => part.runnersUp),
    runnersUpProbabilities: floats((part) => part.runnersUpProbabilities),
    ...(isFull ? { probabilities: floats((part) => part.probabilities ?? new Float32Array(0)) } : {}),
  };
}

function concatenate<A extends Float32Array | Uint16Array>(parts: readonly A[], make: (length: number) => A): A {
  const into = make(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    into.set(part, at);
    at += part.length;
  }
  return into;
}

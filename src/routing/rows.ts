import type { Routing } from './route.js';

/** The rows [from, to) of a routing. */
export function routingRows(routing: Routing, from: number, to: number): Routing {
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
export function joinRoutings(parts: readonly Routing[]): Routing {
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

/**
 * A selection rule decides how many experts a token gets. It sees one token's probabilities in ranked order
 * (descending; equal ones by lower expert index) and keeps a prefix of them: nothing else about the model.
 */
export interface SelectionRule<P extends { readonly kind: string }> {
  readonly kind: P['kind'];
  /** How the rule is written, for messages: "top-k:K (K = 1, 2, ...)". */
  readonly usage: string;
  /** Reads what follows "kind:". Returns the reason as a string if it is not valid. */
  readonly parse: (argument: string) => P | string;
  readonly format: (policy: P) => string;
  /** For people: "Top-2". */
  readonly label: (policy: P) => string;
  /** Number of experts kept, 1..ranked.length. `ranked` is float32. */
  readonly count: (policy: P, ranked: Float32Array) => number;
  /**
   * How far the decision is from flipping, in probability: the smallest change of a probability sum or of a
   * difference that would change which experts are kept. Infinity if nothing could.
   */
  readonly margin: (policy: P, ranked: Float32Array, kept: number) => number;
}

/** Difference between the last kept and the first dropped probability: a smaller change can't swap them. */
export function edgeGap(ranked: Float32Array, kept: number): number {
  return kept < ranked.length ? ranked[kept - 1] - ranked[kept] : Infinity;
}

/** One token's experts, best first (equal ones by lower index), float32. */
export interface Ranked {
  readonly probabilities: Float32Array;
  /** What ranks them: the probabilities, or other scores where a bias orders the experts; -Infinity for those that may not be used. */
  readonly scores: Float32Array;
}

/**
 * A selection rule decides how many experts a token gets. It sees one token's experts in ranked order and keeps a
 * prefix of them: nothing else about the model.
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
  /** Number of experts kept, at least 1. */
  readonly count: (policy: P, ranked: Ranked) => number;
  /**
   * How far the decision is from flipping, in probability: the smallest change of a probability sum or of a
   * difference that would change which experts are kept. Infinity if nothing could.
   */
  readonly margin: (policy: P, ranked: Ranked, kept: number) => number;
}

/** Difference between the scores of the last kept and the first dropped expert: a smaller change can't swap them. */
export function edgeGap({ scores }: Ranked, kept: number): number {
  return kept < scores.length ? scores[kept - 1] - scores[kept] : Infinity;
}

/** Which policies are offered for a checkpoint, and what is odd about one that was typed. */

/** Numbers of experts that checkpoints are trained with. */
const TOP_K = [1, 2, 4, 8];
const TOP_P = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

export interface PolicyChoices {
  readonly topK: readonly string[];
  readonly topP: readonly string[];
}

/** In text form. `experts` of the checkpoint, if it is known: no more than all of them can be asked for. */
export function policyChoices(experts: number | undefined): PolicyChoices {
  return {
    topK: TOP_K.filter((k) => experts === undefined || k <= experts).map((k) => `top-k:${k}`),
    topP: TOP_P.map((p) => `top-p:${p}`),
  };
}

/** @param policy in its canonical spelling */
export function policyWarning(policy: string, experts: number | undefined): string | undefined {
  const k = Number(/^top-k:(\d+)$/.exec(policy)?.[1] ?? 0);
  if (experts === undefined || k <= experts) return undefined;
  return `The model has ${experts} experts a layer: K can't be more.`;
}

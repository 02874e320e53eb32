/** Which policies are offered for a checkpoint, and what is odd about one that was typed. */
import type { ModelInfo } from '../trace/run.js';

/** Numbers of experts that checkpoints are trained with. */
const TOP_K = [1, 2, 4, 8];
const TOP_P = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

export interface PolicyChoices {
  readonly topK: readonly string[];
  readonly topP: readonly string[];
}

/** What policies depend on. */
export type PolicyModel = Pick<ModelInfo, 'experts' | 'nativeOnly'>;

/** In text form. Of the checkpoint, if it is known: no more than all of its experts can be asked for, and none where only the native policy is faithful. */
export function policyChoices(model: PolicyModel | undefined): PolicyChoices {
  if (model?.nativeOnly !== undefined) return { topK: [], topP: [] };
  const experts = model?.experts;
  return {
    topK: TOP_K.filter((k) => experts === undefined || k <= experts).map((k) => `top-k:${k}`),
    topP: TOP_P.map((p) => `top-p:${p}`),
  };
}

/** @param policy in its canonical spelling */
export function policyWarning(policy: string, model: PolicyModel | undefined): string | undefined {
  if (model?.nativeOnly !== undefined && policy !== 'native') return `A run would be refused: ${model.nativeOnly}`;
  const experts = model?.experts;
  const k = Number(/^top-k:(\d+)$/.exec(policy)?.[1] ?? 0);
  if (experts === undefined || k <= experts) return undefined;
  return `The model has ${experts} experts a layer: K can't be more.`;
}

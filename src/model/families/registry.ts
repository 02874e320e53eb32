import { LensError } from '../../base/errors.js';
import type { ConfigReader } from '../../checkpoint/configReader.js';
import { dynamic } from './dynamic.js';
import { olmoe } from './olmoe.js';
import { qwen3Moe } from './qwen3_moe.js';
import type { Family } from './family.js';

/** Every family, in the order in which they are tried. A new one is a file beside this and a line here. */
export const FAMILIES: readonly Family[] = [dynamic, olmoe, qwen3Moe];

/** Keys by which the configs of mixture-of-experts models give away that they have experts. */
const EXPERT_KEYS = ['num_experts', 'num_local_experts', 'n_routed_experts', 'moe_num_experts', 'num_experts_per_tok', 'moe_intermediate_size'];

/**
 * The family of a checkpoint, from its config alone.
 * @throws E_NOT_MOE for a config without experts, E_FAMILY_UNKNOWN for one with experts that no family here knows
 */
export function familyOf(config: ConfigReader): Family {
  const family = FAMILIES.find((candidate) => candidate.detects(config));
  if (family !== undefined) return family;
  const named = config.raw('model_type');
  const type = typeof named === 'string' ? named.slice(0, 60) : 'unnamed';
  if (!EXPERT_KEYS.some((key) => config.has(key))) {
    throw new LensError('E_NOT_MOE', `This is a "${type}" model without experts: there is no routing to show.`, 'Choose a mixture-of-experts checkpoint.');
  }
  throw new LensError('E_FAMILY_UNKNOWN', `The mixture-of-experts family "${type}" is not supported yet.`, `Supported: ${FAMILIES.map(({ name }) => name).join(', ')}.`);
}

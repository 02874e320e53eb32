import { LensError } from '../../base/errors.js';
import type { ConfigReader } from '../../checkpoint/configReader.js';
import { deepseekV2 } from './deepseek_v2.js';
import { deepseekV3 } from './deepseek_v3.js';
import { dynamic } from './dynamic.js';
import { ernie45Moe } from './ernie4_5_moe.js';
import type { Family } from './family.js';
import { glm4Moe } from './glm4_moe.js';
import { gptOss } from './gpt_oss.js';
import { graniteMoe } from './granitemoe.js';
import { lfm2Moe } from './lfm2_moe.js';
import { mixtral } from './mixtral.js';
import { olmoe } from './olmoe.js';
import { phimoe } from './phimoe.js';
import { qwen2Moe } from './qwen2_moe.js';
import { qwen3Moe } from './qwen3_moe.js';

/** Every family, in the order in which they are tried. A new one is a file beside this and a line here. */
export const FAMILIES: readonly Family[] = [dynamic, mixtral, olmoe, qwen2Moe, qwen3Moe, graniteMoe, deepseekV2, deepseekV3, gptOss, phimoe, ernie45Moe, glm4Moe, lfm2Moe];

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

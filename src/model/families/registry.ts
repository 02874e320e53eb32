import { LensError } from '../../base/errors.js';
import type { ConfigReader } from '../../checkpoint/configReader.js';
import { isJsonObject } from '../../checkpoint/jsonValue.js';
import { deepseekV2 } from './deepseek_v2.js';
import { deepseekV3 } from './deepseek_v3.js';
import { dynamic } from './dynamic.js';
import { ernie45Moe } from './ernie4_5_moe.js';
import type { Family, GgufForm } from './family.js';
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

/** Keys by which the configs of mixture-of-experts models give away how many experts they have. */
const EXPERT_KEYS = ['num_experts', 'num_local_experts', 'n_routed_experts', 'moe_num_experts', 'num_experts_per_tok', 'moe_intermediate_size'];

/** Whether a config speaks of experts, itself or in one of its parts (`text_config` of models that also see). */
function hasExperts({ config }: ConfigReader): boolean {
  return [config, ...Object.values(config).filter(isJsonObject)].some((part) => EXPERT_KEYS.some((key) => Number(part[key]) > 0));
}

/**
 * The family of a checkpoint, from its config alone.
 * @throws E_NOT_MOE for a config without experts, E_FAMILY_UNKNOWN for one with experts that no family here knows
 */
export function familyOf(config: ConfigReader): Family {
  const family = FAMILIES.find((candidate) => candidate.detects(config));
  if (family !== undefined) return family;
  const named = config.raw('model_type');
  throw unsupported(typeof named === 'string' ? named : 'unnamed', hasExperts(config));
}

/**
 * The same for a GGUF.
 * @param arch its `general.architecture`
 * @param metadata what it says of that architecture
 */
export function familyOfGguf(arch: string, metadata: ConfigReader): { readonly family: Family; readonly form: GgufForm } {
  const isMoe = metadata.int('expert_count', { min: 0, default: 0 }) > 0;
  for (const family of isMoe ? FAMILIES : []) {
    const form = family.gguf;
    if (form !== undefined && [form.arch].flat().includes(arch) && (form.detects?.(metadata) ?? true)) return { family, form };
  }
  throw unsupported(arch, isMoe);
}

function unsupported(type: string, isMoe: boolean): LensError {
  const quoted = JSON.stringify(type.slice(0, 60));
  if (!isMoe) return new LensError('E_NOT_MOE', `This is a ${quoted} model without experts: there is no routing to show.`, 'Choose a mixture-of-experts checkpoint.');
  return new LensError('E_FAMILY_UNKNOWN', `The mixture-of-experts family ${quoted} is not supported yet.`, `Supported: ${FAMILIES.map(({ name }) => name).join(', ')}.`);
}

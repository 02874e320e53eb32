import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LensError } from '../base/errors.js';
import { ConfigReader } from '../checkpoint/configReader.js';
import { discover } from '../checkpoint/discovery.js';
import { familyOf } from '../model/families/registry.js';
import type { Discovery } from '../protocol/engineApi.js';
import { demoModelPath } from './demoModel.js';

/**
 * The checkpoints on this machine: the bundled demo, the Hugging Face cache and the folders that were named. Reads configs
 * and headers, no weights. @throws E_CANCELLED only: what can't be opened is listed as skipped, with the reason
 */
export async function findModels(folders: readonly string[], signal?: AbortSignal): Promise<Discovery> {
  const demo = resolve(demoModelPath());
  const classify = (config: ConfigReader['config'], path: string): { family: string; experts: number } => {
    const reader = new ConfigReader(config, path);
    const family = familyOf(reader);
    if (!existsSync(join(path, 'tokenizer.json'))) throw new LensError('E_TOKENIZER_MISSING', 'There is no tokenizer.json beside the weights.', 'Fetch it from where the checkpoint came from.');
    return { family: family.name, experts: family.decoder(reader).router.experts };
  };
  const { found, skipped } = await discover({ folders: [demo, ...folders.map((folder) => resolve(folder))], classify }, signal);
  return { found: found.map((model) => (model.source === demo ? { ...model, source: 'demo' } : model)), skipped };
}

import { readSmallText } from '../files.js';
import { existingSightings } from '../folderWalk.js';
import { isJsonObject } from '../jsonValue.js';
import type { Sighting } from '../sighting.js';
import type { Place } from './place.js';
import type { Around } from './surroundings.js';

/** The pointer holds one path. */
const MAX_POINTER_BYTES = 16 * 1024;
const MAX_SETTINGS_BYTES = 1024 * 1024;

/** LM Studio's models: models/PUBLISHER/MODEL/ with GGUF files, or with config.json and safetensors. */
export const lmStudio: Place = {
  source: 'lm-studio',
  sightings: async (around, signal) => {
    const found: Sighting[] = [];
    for (const folder of await lmStudioFolders(around)) found.push(...(await existingSightings(folder, signal)));
    return found;
  },
};

/**
 * The folders that may hold its models, whether or not they exist. Its home is the folder that ~/.lmstudio-home-pointer
 * names, or ~/.cache/lm-studio (older versions), or ~/.lmstudio; the models are in `models` there, and where the home's
 * settings.json says (`downloadsFolder`).
 */
export async function lmStudioFolders({ paths, home }: Around): Promise<readonly string[]> {
  const pointed = (await textOf(paths.join(home, '.lmstudio-home-pointer'), MAX_POINTER_BYTES)).split('\n')[0]?.trim() ?? '';
  const folders: string[] = [];
  for (const each of [pointed, paths.join(home, '.cache', 'lm-studio'), paths.join(home, '.lmstudio')]) {
    if (!paths.isAbsolute(each)) continue;
    const chosen = downloadsFolder(await textOf(paths.join(each, 'settings.json'), MAX_SETTINGS_BYTES));
    folders.push(paths.join(each, 'models'), ...(paths.isAbsolute(chosen) ? [chosen] : []));
  }
  return [...new Set(folders)];
}

function downloadsFolder(settings: string): string {
  try {
    const parsed: unknown = JSON.parse(settings);
    const folder = isJsonObject(parsed) ? parsed['downloadsFolder'] : undefined;
    return typeof folder === 'string' ? folder : '';
  } catch {
    return ''; // LM Studio's own business: its models are looked for where they usually are
  }
}

/** The text of a small file of LM Studio's, empty for one that is not there or can't be read: it is no checkpoint that a person misses. */
async function textOf(path: string, limit: number): Promise<string> {
  try {
    return await readSmallText(path, limit, 'E_UNREADABLE');
  } catch {
    return '';
  }
}

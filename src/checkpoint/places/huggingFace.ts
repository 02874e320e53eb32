import { promises as fs } from 'node:fs';
import { join } from 'node:path';
import { throwIfCancelled } from '../../base/abort.js';
import { isMissing, unreadable } from '../files.js';
import { isHubRepo, repoSightings } from '../hubRepo.js';
import { mapLimit } from '../mapLimit.js';
import type { Sighting } from '../sighting.js';
import type { Place } from './place.js';
import type { Around } from './surroundings.js';

/** Repositories of one cache that are looked at. */
const MAX_REPOS = 10_000;
const PARALLEL_REPOS = 8;

/** Hugging Face's cache; newer versions of llama.cpp (its `-hf` option) keep what they fetch there too. */
export const huggingFace: Place = {
  source: 'huggingface',
  sightings: async (around, signal) => {
    const cache = hubCacheFolder(around);
    const repos = await listRepos(cache);
    if (!Array.isArray(repos)) return [repos];
    return (await mapLimit(repos, PARALLEL_REPOS, (repo) => {
      throwIfCancelled(signal);
      return repoSightings(join(cache, repo));
    })).flat();
  },
};

/**
 * The folder of Hugging Face's cache: the first of HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, $HF_HOME/hub,
 * $XDG_CACHE_HOME/huggingface/hub that is set, else .cache/huggingface/hub in the home folder (on Windows too).
 * Source: huggingface_hub, constants.py, which also expands a leading "~"; llama.cpp, common/hf-cache.cpp.
 */
export function hubCacheFolder({ paths, home, value }: Around): string {
  const direct = value('HF_HUB_CACHE') ?? value('HUGGINGFACE_HUB_CACHE');
  if (direct !== undefined) return direct;
  const hfHome = value('HF_HOME');
  if (hfHome !== undefined) return paths.join(hfHome, 'hub');
  return paths.join(value('XDG_CACHE_HOME') ?? paths.join(home, '.cache'), 'huggingface', 'hub');
}

/** The names of the model repositories in a cache; none when there is no such cache. */
async function listRepos(cache: string): Promise<string[] | Sighting> {
  try {
    return (await fs.readdir(cache)).filter(isHubRepo).sort().slice(0, MAX_REPOS);
  } catch (error) {
    return isMissing(error) ? [] : { kind: 'problem', name: cache, path: cache, error: unreadable(error, cache) };
  }
}

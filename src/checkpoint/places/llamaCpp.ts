import { existingSightings } from '../folderWalk.js';
import type { Place } from './place.js';
import type { Around } from './surroundings.js';

/** What llama.cpp fetched before it took to Hugging Face's cache: GGUF files side by side, named ORG_REPO_FILE. */
export const llamaCpp: Place = {
  source: 'llama.cpp',
  sightings: async (around, signal) => {
    const folder = llamaCacheFolder(around);
    return folder === undefined ? [] : existingSightings(folder, signal);
  },
};

/**
 * LLAMA_CACHE if it is set, else llama.cpp in the system's folder for caches; undefined where that is not known
 * (Windows without LOCALAPPDATA). Source: llama.cpp, common/common.cpp, fs_get_cache_directory.
 */
export function llamaCacheFolder({ platform, paths, home, value }: Around): string | undefined {
  const direct = value('LLAMA_CACHE');
  if (direct !== undefined) return direct;
  switch (platform) {
    case 'win32': {
      const local = value('LOCALAPPDATA');
      return local === undefined ? undefined : paths.join(local, 'llama.cpp');
    }
    case 'darwin': return paths.join(home, 'Library', 'Caches', 'llama.cpp');
    default: return paths.join(value('XDG_CACHE_HOME') ?? paths.join(home, '.cache'), 'llama.cpp');
  }
}

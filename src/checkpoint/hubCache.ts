import { homedir } from 'node:os';
import { posix, win32 } from 'node:path';

/** What decides where caches are; everything that is left out is taken from this process. */
export interface Surroundings {
  readonly home?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly platform?: NodeJS.Platform;
}

/**
 * The folder of Hugging Face's cache: the first of HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, $HF_HOME/hub,
 * $XDG_CACHE_HOME/huggingface/hub that is set, else .cache/huggingface/hub in the home folder (on Windows too).
 * Source: huggingface_hub, constants.py, which also expands a leading "~".
 */
export function hubCacheFolder({ home, env = process.env, platform = process.platform }: Surroundings): string {
  const paths = platform === 'win32' ? win32 : posix;
  const homeFolder = home ?? ((platform === 'win32' ? env['USERPROFILE'] : env['HOME']) || homedir());
  const value = (name: string): string | undefined => {
    const text = env[name];
    if (text === undefined || text === '') return undefined; // an empty variable counts as not set
    return /^~(?=$|[/\\])/.test(text) ? paths.join(homeFolder, text.slice(1)) : text;
  };
  const direct = value('HF_HUB_CACHE') ?? value('HUGGINGFACE_HUB_CACHE');
  if (direct !== undefined) return direct;
  const hfHome = value('HF_HOME');
  if (hfHome !== undefined) return paths.join(hfHome, 'hub');
  return paths.join(value('XDG_CACHE_HOME') ?? paths.join(homeFolder, '.cache'), 'huggingface', 'hub');
}

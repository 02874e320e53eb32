import { homedir } from 'node:os';
import { posix, win32, type PlatformPath } from 'node:path';

/** What decides where programs keep their models; everything that is left out is taken from this process. */
export interface Surroundings {
  readonly home?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly platform?: NodeJS.Platform;
}

/** Surroundings made whole. */
export interface Around {
  readonly platform: NodeJS.Platform;
  /** How paths are put together on that platform. */
  readonly paths: PlatformPath;
  readonly home: string;
  /** A variable of the environment with a leading "~" expanded; an empty one counts as not set. */
  readonly value: (name: string) => string | undefined;
}

export function around({ home, env = process.env, platform = process.platform }: Surroundings): Around {
  const paths = platform === 'win32' ? win32 : posix;
  const homeFolder = home ?? ((platform === 'win32' ? env['USERPROFILE'] : env['HOME']) || homedir());
  const value = (name: string): string | undefined => {
    const text = env[name];
    if (text === undefined || text === '') return undefined;
    return /^~(?=$|[/\\])/.test(text) ? paths.join(homeFolder, text.slice(1)) : text;
  };
  return { platform, paths, home: homeFolder, value };
}

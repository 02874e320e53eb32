import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where made-up checkpoints and installed peers are kept: several GB. MOE_LENS_BENCH names another folder. */
export function benchFolder() {
  if (process.env.MOE_LENS_BENCH) return process.env.MOE_LENS_BENCH;
  const cache = process.platform === 'win32' ? process.env.LOCALAPPDATA : process.env.XDG_CACHE_HOME;
  return join(cache || join(homedir(), '.cache'), 'moe-lens-bench');
}

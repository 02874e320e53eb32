/** Progress of programs that say nothing of it: how much they have written. */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const POLL_MS = 700;

/** Bytes of all files below a folder; 0 where there is none. What vanishes meanwhile is left out. */
export async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(entries.map((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? bytesBelow(path) : lstat(path).then(({ size }) => size, () => 0);
  }));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Runs `work` and reports now and then how many bytes are in `folder`. */
export async function watchGrowth<T>(folder: string, report: (bytes: number) => void, work: () => Promise<T>): Promise<T> {
  let ended = false;
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    const bytes = await bytesBelow(folder);
    if (ended) return;
    report(bytes);
    timer = setTimeout(() => void look(), POLL_MS);
  };
  timer = setTimeout(() => void look(), POLL_MS);
  try {
    return await work();
  } finally {
    ended = true;
    clearTimeout(timer);
  }
}

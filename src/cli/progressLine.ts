import type { Progress } from '../protocol/engineApi.js';

/** One line on a terminal's stderr that is written over; nothing where stderr is not a terminal. */
export function progressLine(): { show: (progress: Progress) => void; clear: () => void } {
  if (!process.stderr.isTTY) return { show: () => undefined, clear: () => undefined };
  let last = 0;
  return {
    show: ({ stage, done, total }) => {
      if (Date.now() - last < 100) return;
      last = Date.now();
      process.stderr.write(`\r\x1b[K${Math.floor((100 * done) / total)} % ${stage}`);
    },
    clear: () => { process.stderr.write('\r\x1b[K'); },
  };
}

/** tfjs-node's own install script: TensorFlow's library and a ready binding, from a server outside of the package registries. */
import { LensError } from '../base/errors.js';
import type { SetupProgress } from '../protocol/setupApi.js';
import { watchGrowth } from './growth.js';
import { tfjsNode } from './place.js';
import { runProgram, type ProgramOptions } from './program.js';

const STAGE = 'Running the installer of tfjs-node';
/** A network that drops packets says nothing: without a line and a byte for so long the server counts as not reachable. */
const SILENCE_MS = 60_000;
const LOOK_MS = 5_000;

/** @throws E_TOOL_MISSING, E_NATIVE_SETUP (with what the script printed, or that it fell silent), E_CANCELLED */
export async function runInstaller(folder: string, report: (progress: SetupProgress) => void, { signal, onLine, ...options }: ProgramOptions): Promise<void> {
  const silence = new AbortController();
  let heard = Date.now();
  let before = 0;
  const timer = setInterval(() => {
    if (Date.now() - heard > SILENCE_MS) silence.abort();
  }, LOOK_MS);
  report({ stage: STAGE, done: 0, total: 0 });
  try {
    await watchGrowth(tfjsNode(folder), (bytes) => {
      if (bytes !== before) heard = Date.now();
      before = bytes;
    }, () => runProgram('npm', ['rebuild', '@tensorflow/tfjs-node', '--ignore-scripts=false', '--foreground-scripts'], {
      ...options,
      cwd: folder,
      signal: signal === undefined ? silence.signal : AbortSignal.any([signal, silence.signal]),
      onLine: (line) => {
        heard = Date.now();
        onLine?.(line);
      },
    }));
  } catch (error) {
    if (silence.signal.aborted && signal?.aborted !== true) throw new LensError('E_NATIVE_SETUP', 'The installer of tfjs-node fell silent; its server may not be reachable.', 'Check the network and try again.');
    throw error;
  } finally {
    clearInterval(timer);
  }
}

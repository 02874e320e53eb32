/** Native held against WebAssembly on the demo model: the same experts, and how much faster. */
import { memoryBudget } from '../../base/memoryBudget.js';
import { LensError } from '../../base/errors.js';
import type { OpenParams } from '../../protocol/engineApi.js';
import type { SetupProgress } from '../../protocol/setupApi.js';
import type { RunSummary, TokenDetail } from '../../trace/run.js';
import type { CallOptions, EngineClient } from '../engineClient.js';

/** An engine of its own, in as far as this needs it. */
export type CheckedEngine = Pick<EngineClient, 'trace' | 'detail' | 'dispose'>;

/** What was measured: `ratio` is WebAssembly's time by native's, on a text of `tokens` tokens. */
export interface Speed {
  readonly ratio: number;
  readonly tokens: number;
}

export interface BackendCheck {
  readonly start: () => CheckedEngine;
  /** The demo checkpoint. */
  readonly path: string;
  readonly nativeFolder: string;
  readonly text: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: SetupProgress) => void;
}

/** The first run of each reads the weights and is not counted; of the others, in turns, the fastest is. */
const RUNS = 5;
/** Of a decision that is closer than this, in probability, rounding may be what decides. */
const TIE = 1e-4;
const STAGE = 'Comparing native with WebAssembly';

/**
 * @throws E_NATIVE_SETUP if a token gets other experts, E_BACKEND_UNAVAILABLE if native does not start, E_CANCELLED
 */
export async function checkBackends({ start, path, nativeFolder, text, signal, onProgress }: BackendCheck): Promise<Speed> {
  const options: CallOptions = signal === undefined ? {} : { signal };
  const engines = { native: start(), wasm: start() };
  const run = async (backend: 'native' | 'wasm'): Promise<RunSummary> => {
    const open: OpenParams = { path, backend, nativeFolder, memory: memoryBudget() };
    const [summary] = await engines[backend].trace({ ...open, text, policies: ['native'], surprisal: true }, options);
    if (summary === undefined) throw new LensError('E_INTERNAL', 'The engine sent no run.', 'Please report it with the log (Output: MoE Lens).');
    return summary;
  };
  try {
    let native = Number.POSITIVE_INFINITY;
    let wasm = Number.POSITIVE_INFINITY;
    onProgress?.({ stage: STAGE, done: 0, total: 0 });
    const [first, second] = [await run('native'), await run('wasm')];
    await checkSelections(engines, first, second, options.signal);
    for (let i = 0; i < RUNS; i++) {
      native = Math.min(native, (await run('native')).forwardMs);
      wasm = Math.min(wasm, (await run('wasm')).forwardMs);
    }
    return { ratio: wasm / native, tokens: first.tokenIds.length };
  } finally {
    await Promise.all([engines.native.dispose(), engines.wasm.dispose()]);
  }
}

async function checkSelections(engines: { readonly native: CheckedEngine; readonly wasm: CheckedEngine }, first: RunSummary, second: RunSummary, signal?: AbortSignal): Promise<void> {
  let different = 0;
  for (let token = 0; token < first.tokenIds.length; token++) {
    const [native, wasm] = await Promise.all([engines.native.detail(first.traceId, token, signal), engines.wasm.detail(second.traceId, token, signal)]);
    if (!sameSelections(native, wasm)) different++;
  }
  if (different > 0) throw new LensError('E_NATIVE_SETUP', `The native library selects other experts than WebAssembly for ${different} of ${first.tokenIds.length} tokens.`, 'It is not used. Please report it with the log (Output: MoE Lens).');
}

/** Whether a token got the same experts in every layer, but for ties: what follows a decision by rounding may differ too. */
export function sameSelections(a: TokenDetail, b: TokenDetail): boolean {
  for (const [i, layer] of a.layers.entries()) {
    const other = b.layers[i];
    if (other === undefined) return false;
    const experts = new Set(layer.selected.map(({ expert }) => expert));
    const same = experts.size === other.selected.length && other.selected.every(({ expert }) => experts.has(expert));
    if (!same) return Math.min(layer.margin, other.margin) < TIE;
  }
  return a.layers.length === b.layers.length;
}

import { setImmediate as nextTurn } from 'node:timers/promises';
import { throwIfCancelled } from '../base/abort.js';
import type { Policy } from '../routing/policy.js';
import type { Routing } from '../routing/route.js';
import type { KvCache } from './kvCache.js';
import type { RopeTables } from './layers/rope.js';
import type { Weights } from './weights.js';

/** One forward pass over consecutive tokens: what the layers share, and whom they report to. */
export interface Pass {
  readonly weights: Weights;
  readonly policy: Policy;
  /** Keys and values of earlier tokens and, as layers run, of these. */
  readonly cache: KvCache;
  /** Rotations for the positions of this pass. */
  readonly rope: RopeTables;
  readonly signal?: AbortSignal;
  /** Called by each MoE layer, before its experts run. */
  readonly onRouting: (layer: number, routing: Routing) => void;
}

/** Lets messages in (a cancel among them) between two steps of long synchronous work. */
export async function breathe(signal: AbortSignal | undefined): Promise<void> {
  await nextTurn();
  throwIfCancelled(signal);
}

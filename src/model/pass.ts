import { setImmediate as nextTurn } from 'node:timers/promises';
import { throwIfCancelled } from '../base/abort.js';
import type { Policy } from '../routing/policy.js';
import type { Routing } from '../routing/route.js';
import type { Lanes } from '../tensor/lanes.js';
import type { KvCache } from './kvCache.js';
import type { RopeTable } from './layers/rope.js';
import type { Scratch } from './rows.js';
import type { Weights } from './weights.js';

/** What computes and where it keeps things; lives as long as a checkpoint is open. */
export interface Machine {
  readonly weights: Weights;
  readonly lanes: Lanes;
  readonly scratch: Scratch;
}

/** Consecutive tokens of one text under one policy. */
export interface Sequence {
  readonly ids: Int32Array;
  /** Sequences with the same number have the same ids after the same tokens; what they have in common is computed once. */
  readonly text?: number;
  readonly policy: Policy;
  /** Keys and values of earlier tokens and, as layers run, of these. */
  readonly cache: KvCache;
  /** Called by each MoE layer, before its experts run. */
  readonly onRouting: (layer: number, routing: Routing) => void;
  /** Called after a MoE layer's routed experts, with the milliseconds that its rows took of the time of all. */
  readonly onExperts?: (layer: number, ms: number) => void;
}

/** Rows of a batch that are neighbours in one sequence: rows [from, from + count) are its tokens from position `position` on. */
export interface Piece {
  readonly sequence: Sequence;
  readonly from: number;
  readonly count: number;
  readonly position: number;
}

/** One forward pass: what the layers share. */
export interface Pass extends Machine {
  /** Rotations for every position of the pass. */
  readonly rope: RopeTable;
  readonly signal: AbortSignal | undefined;
}

/** The pieces that lie in rows [from, from + count), counted from `from`. */
export function piecesIn(pieces: readonly Piece[], from: number, count: number): Piece[] {
  return pieces.flatMap((piece) => {
    const start = Math.max(piece.from, from);
    const end = Math.min(piece.from + piece.count, from + count);
    return end <= start ? [] : [{ sequence: piece.sequence, from: start - from, count: end - start, position: piece.position + start - piece.from }];
  });
}

/** Lets messages in (a cancel among them) between two steps of long synchronous work. */
export async function breathe(signal: AbortSignal | undefined): Promise<void> {
  await nextTurn();
  throwIfCancelled(signal);
}

import type { Decoder } from '../model/decoder.js';
import { forward } from '../model/forward.js';
import type { KvCache } from '../model/kvCache.js';
import type { RunningMachine } from '../model/machine.js';
import type { Sequence } from '../model/pass.js';
import { rowsOf } from '../model/rows.js';
import { surprisals } from '../model/surprisal.js';
import type { Policy } from '../routing/policy.js';
import { joinRecords, recordOf, recordRows, type RoutingRecord } from '../trace/record.js';
import type { TraceBuilder } from '../trace/traceBuilder.js';
import type { Past, Prefixes } from './prefixes.js';
import type { Window } from './windows.js';

/** A policy and who hears of what it did. */
export interface PolicyRun {
  /** The same for policies that are the same rule. */
  readonly key: string;
  readonly policy: Policy;
  readonly builders: readonly TraceBuilder[];
}

export interface WindowRunOptions {
  readonly surprisal: boolean;
  /** Whether every router probability is kept. */
  readonly full: boolean;
  /** Whether keys and values are kept for a later run. */
  readonly keepsCaches: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onLayer?: (layer: number) => void;
}

/** One window under one policy. */
interface Part {
  readonly run: PolicyRun;
  readonly window: Window;
  readonly index: number;
  readonly ids: Int32Array;
  readonly past: Past | undefined;
  /** Tokens that an earlier run has computed. */
  readonly known: number;
  readonly cache: KvCache;
  readonly records: Map<number, RoutingRecord>;
}

/** Room for a few more tokens, so that a text that grows as it is typed is not copied for each. */
const CAPACITY_STEP = 64;

/**
 * One pass over all windows of a text under all policies. What an earlier run of the same beginning has computed is taken from there.
 * @throws as forward
 */
export async function runWindows(decoder: Decoder, machine: RunningMachine, prefixes: Prefixes, ids: Int32Array, windows: readonly Window[], runs: readonly PolicyRun[], options: WindowRunOptions): Promise<void> {
  const parts = runs.flatMap((run) => windows.map((window, index) => begin(decoder, machine, prefixes, run, { window, index, ids: ids.subarray(window.start, window.end) }, options)));
  const finished: Past[] = [];
  try {
    await machine.scratch.scope(async () => {
      const hidden = await forward(decoder, parts.map((part) => sequenceOf(part, options.full)), machine, options);
      let row = 0;
      for (const part of parts) {
        const { run, window, known, records, cache } = part;
        for (const builder of run.builders) for (const [layer, record] of records) builder.addRouting(layer, record, window.firstNew - window.start);
        const surprisal = options.surprisal ? await surprisalOf(part, decoder, machine, rowsOf(hidden, row, part.ids.length - known), options.signal) : undefined;
        if (surprisal !== undefined) for (const builder of run.builders) builder.addSurprisal(window.firstNew, surprisal.subarray(window.firstNew - window.start));
        finished.push({ policy: run.key, ids: part.ids.slice(), cache, records, surprisal, isFull: options.full });
        row += part.ids.length - known;
      }
    });
  } finally {
    parts.forEach((part, i) => { keep(part, finished.at(i), options.keepsCaches, prefixes); });
  }
}

/** Bytes that keys and values of a token take, all layers together. */
export const keptBytes = ({ blocks }: Decoder): number => blocks.reduce((sum, { kept }) => sum + kept, 0) * Float32Array.BYTES_PER_ELEMENT;

function begin(decoder: Decoder, machine: RunningMachine, prefixes: Prefixes, run: PolicyRun, { window, index, ids }: Pick<Part, 'window' | 'index' | 'ids'>, { surprisal, full, keepsCaches }: WindowRunOptions): Part {
  const found = keepsCaches ? prefixes.take(run.key, ids, (past) => (past.surprisal !== undefined || !surprisal) && (past.isFull || !full) && isSameRope(decoder, past.ids.length, ids.length)) : undefined;
  const capacity = Math.ceil(ids.length / CAPACITY_STEP) * CAPACITY_STEP;
  found?.past.cache.continueAt(found.tokens, capacity);
  return { run, window, index, ids, past: found?.past, known: found?.tokens ?? 0, cache: found?.past.cache ?? machine.newCache(keepsCaches ? capacity : ids.length, keepsCaches), records: new Map() };
}

/** Some rotary embeddings depend on the length of the text. */
function isSameRope({ rope: { forLength } }: Decoder, a: number, b: number): boolean {
  if (forLength === undefined) return true;
  const [first, second] = [forLength(a), forLength(b)];
  return first.every((frequency, i) => frequency === second[i]);
}

function sequenceOf({ run: { policy, builders }, index, ids, past, known, cache, records }: Part, full: boolean): Sequence {
  return {
    ids: ids.subarray(known),
    text: index * ids.length + known, // windows of a text are of one length
    policy,
    cache,
    onRouting: (layer, routing) => {
      const record = recordOf(routing, full);
      const before = past?.records.get(layer);
      records.set(layer, before === undefined ? record : joinRecords([recordRows(before, 0, known), record]));
    },
    onExperts: (_layer, ms) => { for (const builder of builders) builder.addExpertMs(past === undefined ? ms : undefined); },
  };
}

/** -ln p of each token of the window; the first follows nothing. */
async function surprisalOf({ ids, past, known }: Part, decoder: Decoder, machine: RunningMachine, hidden: Parameters<typeof rowsOf>[0], signal: AbortSignal | undefined): Promise<Float32Array> {
  const values = new Float32Array(ids.length).fill(NaN);
  if (past?.surprisal !== undefined) values.set(past.surprisal.subarray(0, known + 1));
  const rows = rowsOf(hidden, 0, hidden.count - 1);
  if (rows.count > 0) values.set(await surprisals(decoder, rows, ids.subarray(known + 1), machine, signal), known + 1);
  return values;
}

/** For the next run: all of it, or, if it did not come to its end, what was known before. */
function keep({ past, known, cache }: Part, finished: Past | undefined, keepsCaches: boolean, prefixes: Prefixes): void {
  if (!keepsCaches) cache.dispose();
  else if (finished !== undefined) prefixes.add(finished);
  else if (past !== undefined) {
    cache.continueAt(known, 0);
    prefixes.add({ ...past, ids: past.ids.subarray(0, known) });
  } else cache.dispose();
}

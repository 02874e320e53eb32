import type { LayerKeys } from '../kvCache.js';
import type { Pass, Piece } from '../pass.js';
import { evenRanges, rowsOf, type Rows } from '../rows.js';

/** What a token sees of the tokens before it. */
export interface AttendSpec {
  readonly heads: number;
  /** Each key-value head serves heads / kvHeads query heads. */
  readonly kvHeads: number;
  /** Elements of a head's queries and keys, and of its values. */
  readonly width: number;
  readonly valueWidth: number;
  /** A token sees itself and the window - 1 tokens before it. */
  readonly window?: number | undefined;
}

/** A head takes as long for fewer rows as for these. */
const FEWEST_ROWS = 16;

/**
 * Causal attention of one piece of a sequence, the heads shared out to the lanes.
 * @param queries [heads, piece.count, width], rotated and scaled
 * @param kept keys and values of the sequence, those of this piece included
 * @param sinks [heads] one more score each (gpt-oss)
 * @param into [T, heads * value width]; the rows of the piece are written
 */
export async function attend(queries: Float32Array, kept: LayerKeys, sinks: Float32Array | undefined, spec: AttendSpec, piece: Piece, into: Rows, pass: Pass): Promise<void> {
  const { heads, width, valueWidth, window } = spec;
  const seen = piece.position + piece.count;
  const lanes = Math.min(heads, pass.lanes.lanesFor(heads * Math.max(piece.count, FEWEST_ROWS) * seen * (width + valueWidth)));
  await pass.lanes.run('attend', evenRanges(heads, lanes).map(([headFrom, headTo]) => ({
    queries, rows: piece.count, first: piece.position, width, headFrom, headTo, group: heads / spec.kvHeads,
    ...kept, valueWidth, window, sinks, into: rowsOf(into, piece.from, piece.count).values, stride: into.width,
  })));
}

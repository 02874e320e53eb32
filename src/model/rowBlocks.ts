import { concatRows, scope, sliceRows, type Matrix } from '../tensor/ops.js';
import { breathe } from './pass.js';

/** Rows that are worked on at a time: it bounds how long a cancel waits, and the memory of what is made on the way. */
export const ROW_BLOCK = 512;

/** Work on each row by itself, done in blocks of rows: [T, in] to [T, out]. */
export async function inRowBlocks(x: Matrix, signal: AbortSignal | undefined, work: (rows: Matrix) => Promise<Matrix>): Promise<Matrix> {
  const [tokens] = x.shape;
  if (tokens <= ROW_BLOCK) return work(x);
  const parts: Matrix[] = [];
  for (let from = 0; from < tokens; from += ROW_BLOCK) {
    await breathe(signal);
    parts.push(await scope(() => work(sliceRows(x, from, Math.min(ROW_BLOCK, tokens - from)))));
  }
  return concatRows(parts);
}

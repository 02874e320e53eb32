import { moeLayers, type Decoder } from './decoder.js';
import { norm } from './layers/norm.js';
import { ropeTable } from './layers/rope.js';
import { breathe, type Machine, type Pass, type Piece, type Sequence } from './pass.js';
import { rowsOf, type Rows } from './rows.js';

export interface ForwardOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called after each layer. */
  readonly onLayer?: (layer: number) => void;
}

/**
 * Runs sequences through all layers, layer by layer, all of them together: each weight is read and used once for the whole batch, and
 * what policies have in common (all up to the first routed experts) is computed once.
 * A sequence continues after the tokens in its cache.
 * @returns the normed hidden states [T, hidden] of all sequences, one behind the other, in the memory of the caller's scope
 * @throws E_CANCELLED, E_WEIGHTS_NOT_FINITE, E_OUT_OF_MEMORY and what reading a checkpoint may throw
 */
export async function forward(decoder: Decoder, sequences: readonly Sequence[], machine: Machine, { signal, onLayer }: ForwardOptions = {}): Promise<Rows> {
  const { weights, scratch } = machine;
  const firsts = sequences.map((sequence) => sequences.findIndex((other) => isSameText(sequence, other)));
  const pieces = placed(sequences);
  const common = placed(sequences.filter((_, i) => firsts[i] === i));
  const x = scratch.rows(rowCount(pieces), decoder.hiddenSize);
  const pass: Pass = { ...machine, signal, rope: await rotations(decoder, pieces, machine) };
  const parting = moeLayers(decoder)[0] ?? 0;
  let [rows, parts] = [rowsOf(x, 0, rowCount(common)), common];
  await embed(decoder, parts, rows, machine);
  for (const [layer, block] of decoder.blocks.entries()) {
    await breathe(signal);
    await block.mix(rows, layer, pass, parts);
    if (layer === parting) {
      fanOut(x, pieces, firsts, common, layer);
      [rows, parts] = [x, pieces];
    }
    for (const { sequence } of parts) sequence.cache.done(layer);
    weights.readAhead(decoder.blocks[layer + 1]?.ahead ?? []);
    await block.feed(rows, layer, pass, parts);
    onLayer?.(layer);
  }
  for (const { sequence, count } of pieces) sequence.cache.advance(count);
  await norm(x, x, decoder.finalNorm, { weights });
  return x;
}

/** Those that differ in their policy only. */
const isSameText = (a: Sequence, b: Sequence): boolean => a === b || (a.text !== undefined && a.text === b.text);

const rowCount = (pieces: readonly Piece[]): number => pieces.reduce((sum, { count }) => sum + count, 0);

/** From one sequence of each text, at the beginning of x, to all: rows and layers up to this one. From the last on, so that nothing is overwritten that is still needed. */
function fanOut(x: Rows, pieces: readonly Piece[], firsts: readonly number[], common: readonly Piece[], layer: number): void {
  for (let i = pieces.length - 1; i >= 0; i--) {
    const { sequence, from, count } = pieces[i];
    const first = pieces[firsts[i]].sequence;
    const source = common.find((piece) => piece.sequence === first)?.from ?? 0;
    x.values.copyWithin(from * x.width, source * x.width, (source + count) * x.width);
    if (first !== sequence) for (let earlier = 0; earlier <= layer; earlier++) sequence.cache.adopt(earlier, first.cache);
  }
}

/** One behind the other, each where its cache ends. */
function placed(sequences: readonly Sequence[]): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const sequence of sequences) {
    pieces.push({ sequence, from, count: sequence.ids.length, position: sequence.cache.tokens });
    from += sequence.ids.length;
  }
  return pieces;
}

async function embed({ embedding, embeddingScale = 1 }: Decoder, pieces: readonly Piece[], x: Rows, { weights }: Machine): Promise<void> {
  for (const { sequence, from, count } of pieces) await weights.rows(embedding, sequence.ids, rowsOf(x, from, count).values);
  if (embeddingScale !== 1) for (let i = 0; i < x.values.length; i++) x.values[i] *= embeddingScale;
}

async function rotations({ rope }: Decoder, pieces: readonly Piece[], { weights }: Machine): Promise<Pass['rope']> {
  const first = pieces.reduce((least, { position }) => Math.min(least, position), Infinity);
  const end = pieces.reduce((most, { position, count }) => Math.max(most, position + count), 0);
  return ropeTable(rope, first, end - first, rope.divisors === undefined ? undefined : await weights.values(rope.divisors));
}

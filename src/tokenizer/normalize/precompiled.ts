import type { Normalizer, Piece } from '../align.js';
import { Charsmap } from './charsmap.js';
import { asString, invalid, type Json } from '../json.js';
import { alignMarks, type Mark } from './unicodeForm.js';

/** Longer grapheme clusters, in UTF-8 bytes, are looked up character by character. */
const LONGEST_CLUSTER = 5;

/** UTF-16 units segmented at once: on a whole text Intl.Segmenter takes quadratic time. */
const WINDOW = 1024;

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The grapheme clusters of a text. Where one ends depends on nothing before it, so that each window begins at the last cluster of the one before. */
function* clustersOf(text: string): Generator<string> {
  let from = 0;
  for (let size = WINDOW; from < text.length; ) {
    const clusters = Array.from(segmenter.segment(text.slice(from, from + size)), ({ segment }) => segment);
    const isEnd = from + size >= text.length;
    if (!isEnd) clusters.pop(); // it may go on
    size = clusters.length === 0 ? 2 * size : WINDOW;
    for (const cluster of clusters) {
      yield cluster;
      from += cluster.length;
    }
  }
}

/**
 * `Precompiled` of tokenizer.json: SentencePiece's rules as the reference applies them, which differs from SentencePiece
 * itself: a grapheme cluster or a character becomes what its *shortest* prefix with a rule becomes.
 * Source: normalizers/precompiled.rs and the crate spm_precompiled.
 */
export function precompiled(step: Json): Normalizer {
  const where = 'normalizer.precompiled_charsmap';
  const base64 = asString(step.precompiled_charsmap, where);
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) throw invalid(where, 'is not base64');
  const map = new Charsmap(Buffer.from(base64, 'base64'), where);
  return (piece) => apply(map, piece);
}

function apply(map: Charsmap, piece: Piece): Piece {
  const marks: Mark[] = [];
  let skipped = 0;
  let changed = false;
  const put = (text: string, becomes: string): void => {
    const characters = Array.from(becomes);
    const more = characters.length - Array.from(text).length;
    for (const [i, character] of characters.entries()) marks.push({ character, change: i >= characters.length - more ? 1 : 0 });
    changed = true;
    if (more >= 0) return;
    const last = marks.pop();
    if (last === undefined) skipped -= more;
    else marks.push({ ...last, change: last.change + more });
  };
  for (const segment of clustersOf(piece.text)) {
    const whole = Buffer.byteLength(segment) <= LONGEST_CLUSTER ? map.find(segment, 0, true) : undefined;
    if (whole !== undefined) put(segment, whole.becomes);
    else {
      for (const character of segment) {
        const rule = map.find(character, 0, true);
        if (rule === undefined) marks.push({ character, change: 0 });
        else put(character, rule.becomes);
      }
    }
  }
  return changed ? alignMarks(piece, marks, skipped) : piece;
}

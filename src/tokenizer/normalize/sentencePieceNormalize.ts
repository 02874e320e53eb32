import { PieceBuilder, slicePiece, type Normalizer, type Piece } from '../align.js';
import { Charsmap } from './charsmap.js';
import type { SentencePieceFile } from '../forms/sentencePieceFile.js';
import type { TextTrie } from '../textTrie.js';

const SPACE_MARK = '\u2581';

export type NormalizerSettings = Pick<SentencePieceFile, 'charsmap' | 'addDummyPrefix' | 'removeExtraWhitespaces' | 'escapeWhitespaces'>;

/**
 * SentencePiece's own normalisation: rules from text to text, spaces as `▁`, one in front, runs of them as one.
 * Source: normalizer.cc of sentencepiece.
 * @param kept tokens that are not changed
 * @param everywhere whether a space is put in front of every stretch between special tokens, or of the text only
 */
export function sentencePieceNormalizer(settings: NormalizerSettings, kept: TextTrie<unknown>, everywhere: boolean): Normalizer {
  const rules = settings.charsmap.length === 0 ? undefined : new Charsmap(settings.charsmap, 'tokenizer.model.normalizer_spec.precompiled_charsmap');
  const next = (text: string, at: number): { readonly to: number; readonly becomes: string } => {
    const whole = kept.longest(text, at);
    if (whole !== undefined) return { to: whole.to, becomes: text.slice(at, whole.to) };
    const rule = rules?.find(text, at);
    if (rule !== undefined) return rule;
    const to = at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
    return { to, becomes: text.slice(at, to) };
  };
  return (piece) => normalize(piece, settings, next, everywhere);
}

function normalize(piece: Piece, settings: NormalizerSettings, next: (text: string, at: number) => { readonly to: number; readonly becomes: string }, everywhere: boolean): Piece {
  const { text, starts, ends } = piece;
  const { removeExtraWhitespaces } = settings;
  const mark = settings.escapeWhitespaces ? SPACE_MARK : ' ';
  const out = new PieceBuilder();
  let at = 0;
  while (removeExtraWhitespaces && at < text.length) {
    const { to, becomes } = next(text, at);
    if (becomes !== ' ') break;
    at = to;
  }
  if (at === text.length) return slicePiece(piece, 0, 0);
  if (settings.addDummyPrefix && (everywhere || starts[0] === 0)) out.add(mark, starts[at], starts[at]);
  let afterSpace = removeExtraWhitespaces;
  while (at < text.length) {
    const { to, becomes } = next(text, at);
    const kept = afterSpace ? becomes.replace(/^ +/, '') : becomes;
    if (kept !== '') {
      out.add(kept.replaceAll(' ', mark), starts[at], ends[to - 1]);
      afterSpace = kept.endsWith(' ');
    }
    if (!removeExtraWhitespaces) afterSpace = false;
    at = to;
  }
  const built = out.build();
  let end = built.text.length;
  while (removeExtraWhitespaces && end > 0 && built.text[end - 1] === mark) end--;
  return slicePiece(built, 0, end);
}

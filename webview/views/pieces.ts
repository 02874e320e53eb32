/** Cuts a text into what is drawn: blocks of a line or less, each of pieces that are one token each. */
import type { PanelToken } from '../../src/protocol/panelApi.js';

/** One token as drawn. */
export interface Piece {
  readonly token: number;
  /** Text before it that has no count: spaces that belong to the token, and text that no token covers. */
  readonly lead: string;
  /** What stands for the token, never empty: white space is made visible. */
  readonly shown: string;
  /** How a screen reader names it: "swap", "line break", "special token". */
  readonly name: string;
}

export interface Block {
  readonly pieces: readonly Piece[];
  /** Text after the last piece that no token covers. */
  readonly tail: string;
  /** An empty line follows. */
  readonly paragraphEnd: boolean;
}

/** A line longer than this many tokens is cut at its next space, so that each block is laid out by itself and off-screen ones not at all. */
export const BLOCK_TOKENS = 160;
const BLOCK_TOKENS_HARD = 240;

export const SPECIAL = '\u25c7'; // a token that is not in the text, for example the start of the text
export const CONTINUED = '\u2025'; // the rest of a character that is split over several tokens

export function blocksOf(text: string, tokens: readonly PanelToken[]): readonly Block[] {
  const blocks: Block[] = [];
  let pieces: Piece[] = [];
  let drawn = 0; // end of the text that has been drawn
  const close = (tail: string, lineBreaks: number): void => {
    if (pieces.length > 0 || tail.trim() !== '') blocks.push({ pieces, tail, paragraphEnd: lineBreaks > 1 });
    pieces = [];
  };
  tokens.forEach(({ start, end }, token) => {
    const gap = text.slice(drawn, Math.max(drawn, start));
    const own = text.slice(Math.max(drawn, start), end);
    const gapBreaks = lineBreaksIn(gap);
    if (gapBreaks > 0) close('', gapBreaks);
    const [, spaces = '', body = ''] = /^([ ]*)([^]*)$/.exec(own) ?? [];
    const lead = (gapBreaks > 0 ? gap.slice(lastLineStart(gap)) : gap) + (body === '' ? '' : spaces);
    if (pieces.length >= BLOCK_TOKENS_HARD || (pieces.length >= BLOCK_TOKENS && lead !== '')) close('', 0);
    const whole = text.slice(start, end);
    const shown = start === end ? SPECIAL : own === '' ? CONTINUED : visible(body === '' ? spaces : body);
    pieces.push({ token, lead, shown, name: start === end ? 'special token' : own === '' ? `${nameOf(whole)}, continued` : nameOf(own) });
    drawn = Math.max(drawn, end);
    const breaks = lineBreaksIn(/[\r\n\s]*$/.exec(own)?.[0] ?? '');
    if (breaks > 0 && /[\r\n]$/.test(own)) close('', breaks);
  });
  close(text.slice(drawn), 0);
  return blocks;
}

/** White space as signs; a line break inside a token stays one, behind its sign. */
function visible(text: string): string {
  const signs = text.replace(/\r\n|\r|\n/g, '\u21b5\n').replace(/\n$/, '').replace(/\n(?=\u21b5)/g, '').replace(/\t/g, '\u21e5');
  return /^ +$/.test(signs) ? (signs.length > 8 ? `\u2423\u00d7${signs.length}` : '\u2423'.repeat(signs.length)) : signs.replace(/ +$/, (tail) => '\u2423'.repeat(tail.length));
}

function nameOf(text: string): string {
  const trimmed = text.trim();
  if (trimmed !== '') return trimmed;
  if (/[\r\n]/.test(text)) return 'line break';
  if (text.includes('\t')) return 'tab';
  return text.length === 1 ? 'space' : `${text.length} spaces`;
}

function lineBreaksIn(text: string): number {
  return text.match(/\r\n|\r|\n/g)?.length ?? 0;
}

function lastLineStart(text: string): number {
  return Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1;
}

/** Draws a text with its counts inline, in slices; shared by the analyzed text and the clipboard's variant. */
import { markDifferences } from '../../src/analysis/compare.js';
import { countText } from '../../src/analysis/labels.js';
import { h } from '../dom.js';
import { expertsInWords, policyName } from '../format.js';
import type { PanelRun, PanelToken } from '../../src/protocol/panelApi.js';
import { inSlices } from '../slices.js';
import { blocksOf, type Block, type Piece } from './pieces.js';

export interface TokenText {
  readonly text: string;
  readonly tokens: readonly PanelToken[];
  /** The run whose counts and heat are drawn, and a second one when both counts stand side by side. */
  readonly run: PanelRun;
  readonly beside?: PanelRun;
  /** Tokens as options of a listbox; otherwise they are text. */
  readonly choosable: boolean;
}

export interface DrawnTokens {
  readonly cancel: () => void;
  /** The element of a token, once it has been drawn. */
  readonly at: (token: number) => HTMLElement | undefined;
}

/** From here on a layout of the whole text takes longer than a frame. */
const LONG_TOKENS = 1000;

/** Replaces what is in `container`. `built` is called when the last token is on the page. */
export function drawTokens(container: HTMLElement, source: TokenText, built: () => void): DrawnTokens {
  const elements: HTMLElement[] = [];
  const marked = source.beside ? markDifferences(source.run.counts, source.beside.counts) : new Uint8Array(source.tokens.length);
  container.replaceChildren();
  container.classList.toggle('long', source.tokens.length > LONG_TOKENS);
  container.setAttribute('aria-busy', 'true');
  const sliced = inSlices(blocksOf(source.text, source.tokens), (block) => container.append(drawBlock(block, source, elements, marked)), () => {
    container.setAttribute('aria-busy', 'false');
    built();
  });
  return { cancel: sliced.cancel, at: (token) => elements[token] };
}

function drawBlock(block: Block, source: TokenText, elements: HTMLElement[], marked: Uint8Array): HTMLElement {
  const line = h('div', { class: block.paragraphEnd ? 'line paragraph-end' : 'line', role: source.choosable ? 'presentation' : undefined });
  for (const piece of block.pieces) {
    if (piece.lead !== '') line.append(piece.lead);
    const element = drawPiece(piece, source, marked[piece.token] === 1);
    elements[piece.token] = element;
    line.append(element);
  }
  if (block.tail !== '') line.append(block.tail);
  // An estimate until the block is first laid out: about 12 tokens to a line.
  line.style.setProperty('--lines', String(Math.ceil(block.pieces.length / 12)));
  return line;
}

function drawPiece(piece: Piece, { run, beside, choosable }: TokenText, marked: boolean): HTMLElement {
  const own = run.counts[piece.token] ?? 0;
  const other = beside?.counts[piece.token];
  const classes = ['token', `heat-${run.heat[piece.token] ?? 0}`];
  if (other !== undefined && marked) classes.push(own > other ? 'more' : 'fewer');
  const shown = other === undefined ? countText(own) : `${countText(own)}|${countText(other)}`;
  const spoken = other === undefined || beside === undefined ? expertsInWords(own)
    : `${expertsInWords(own)} under ${policyName(run)}, ${countText(other)} under ${policyName(beside)}`;
  const named = piece.shown === piece.name;
  return h('span', {
    class: classes.join(' '), 'data-token': choosable ? piece.token : undefined, 'data-count': own, 'data-other': other,
    'data-heat': run.heat[piece.token] ?? 0, ...(choosable ? { role: 'option', tabindex: -1, 'aria-selected': 'false' } : {}),
  }, named ? piece.shown : h('span', { 'aria-hidden': 'true' }, piece.shown), h('span', { class: 'count', 'aria-hidden': 'true' }, shown),
  h('span', { class: 'visually-hidden' }, `${named ? '' : piece.name}, ${spoken}`));
}

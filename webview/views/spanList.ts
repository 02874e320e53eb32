/** Spans as an ordered list; each a button when it leads somewhere. */
import { h } from '../dom.js';
import { meanText, plural } from '../../src/analysis/labels.js';
import type { PanelSpan } from '../../src/protocol/panelApi.js';
import { quoted } from './tokenRows.js';

export function spanRows(spans: readonly PanelSpan[], onChoose?: (span: number) => void): readonly HTMLElement[] {
  return spans.map((span, i) => {
    const inside = [
      h('code', {}, quoted(span.text)),
      h('span', { class: 'dim' }, plural(span.tokens, 'token')),
      h('span', { class: 'number' }, meanText(span.meanExperts), h('span', { class: 'visually-hidden' }, ' experts a token')),
    ];
    const facts = { 'data-span': i, 'data-mean': span.meanExperts, 'data-start': span.start, 'data-end': span.end };
    if (!onChoose) return h('li', facts, h('div', { class: 'span' }, ...inside));
    const control = h('button', { class: 'span', type: 'button', ...facts }, ...inside);
    control.addEventListener('click', () => onChoose(i));
    return h('li', {}, control);
  });
}

/** The selection and a variant of it side by side: which wording takes fewer experts? */
import { fill, h, section } from '../dom.js';
import type { PanelResult, PanelSpan } from '../../src/protocol/panelApi.js';
import { policyTag } from './policyTag.js';
import { spanRows } from './spanList.js';
import { drawTokens, type DrawnTokens } from './tokenText.js';
import { variantRows, type VariantRow } from './variantRows.js';
import type { View } from './view.js';

export function variantView(): View {
  const table = h('div', { class: 'table-scroll', tabindex: 0, role: 'region', 'aria-label': 'Selection and clipboard, table' });
  const body = h('div', { class: 'side-by-side' });
  const { element, aside } = section('variant', 'Selection and clipboard', table, body);
  let shown: PanelResult | undefined;
  let drawn: readonly DrawnTokens[] = [];
  return {
    element,
    render: ({ state }) => {
      const { result } = state;
      const [run] = result?.runs ?? [];
      element.hidden = !result?.variant;
      if (result === shown) return;
      shown = result;
      for (const drawing of drawn) drawing.cancel();
      drawn = [];
      if (!result?.variant || !run) {
        fill(body);
        return;
      }
      const { variant } = result;
      fill(aside, policyTag(run, 0));
      fill(table, variantTable(variantRows({ tokens: result.tokens, run }, variant)));
      const [own, ownText] = side('Selection', result.spans);
      const [other, otherText] = side('Clipboard', variant.spans);
      fill(body, own, other);
      drawn = [
        drawTokens(ownText, { text: result.text, tokens: result.tokens, run, choosable: false }, () => undefined),
        drawTokens(otherText, { text: variant.text, tokens: variant.tokens, run: variant.run, choosable: false }, () => undefined),
      ];
    },
  };
}

function variantTable(rows: readonly VariantRow[]): HTMLElement {
  return h('table', { id: 'variant-table' },
    h('caption', { class: 'visually-hidden' }, 'The selection and the text on the clipboard'),
    h('thead', {}, h('tr', {}, h('td', {}), ...['Selection', 'Clipboard', 'Change'].map((label) => h('th', { scope: 'col' }, label)))),
    h('tbody', {}, ...rows.map(({ name, label, values, numbers, change }) => h('tr', { 'data-variant': name },
      h('th', { scope: 'row' }, label), ...values.map((value, i) => h('td', { class: 'number', 'data-value': numbers[i] ?? 'null' }, value)), h('td', { class: 'number' }, change)))));
}

function side(name: string, spans: readonly PanelSpan[]): readonly [HTMLElement, HTMLElement] {
  const text = h('div', { class: 'tokens still', tabindex: 0, role: 'region', 'aria-label': `${name}, text with counts` });
  return [h('div', { 'data-side': name.toLowerCase() }, h('h3', {}, name), text,
    h('h4', {}, 'Spans with the most experts'), h('ol', { class: 'spans' }, ...spanRows(spans.slice(0, 5)))), text];
}

/** What it cost. */
import { fill, h, section } from '../dom.js';
import type { PanelResult } from '../../src/protocol/panelApi.js';
import { costNotes, figuresOf } from './figureList.js';
import type { View } from './view.js';

export function figuresView(): View {
  const list = h('dl', { class: 'figures' });
  const notes = h('div', { class: 'notes' });
  const { element, title } = section('cost', 'Cost', list, notes);
  title.classList.add('visually-hidden');
  let shown: PanelResult | undefined;
  return {
    element,
    render: ({ state }) => {
      if (state.result === shown) return;
      shown = state.result;
      fill(notes, ...(shown ? costNotes(shown) : []).map(({ name, text }) => h('p', { class: 'note', 'data-note': name }, text)));
      fill(list, ...(shown ? figuresOf(shown) : []).map((figure) => h('div', {
        'data-figure': figure.name, 'data-value': figure.value ?? 'null', 'data-other': figure.other === undefined ? undefined : figure.other ?? 'null',
      }, h('dt', {}, figure.label), h('dd', {}, figure.shown))));
    },
  };
}

/** What it cost. */
import { fill, h, section } from '../dom.js';
import type { PanelResult } from '../../src/protocol/panelApi.js';
import { figuresOf } from './figureList.js';
import type { View } from './view.js';

export function figuresView(): View {
  const list = h('dl', { class: 'figures' });
  const { element, title } = section('cost', 'Cost', list);
  title.classList.add('visually-hidden');
  let shown: PanelResult | undefined;
  return {
    element,
    render: ({ state }) => {
      if (state.result === shown) return;
      shown = state.result;
      fill(list, ...(shown ? figuresOf(shown) : []).map((figure) => h('div', {
        'data-figure': figure.name, 'data-value': figure.value ?? 'null', 'data-other': figure.other === undefined ? undefined : figure.other ?? 'null',
      }, h('dt', {}, figure.label), h('dd', {}, figure.shown))));
    },
  };
}

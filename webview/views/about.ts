/** What the model of the next run is, before anything is run: opens by itself while there is no result to read. */
import { fill, h, setText } from '../dom.js';
import type { PanelAbout } from '../../src/protocol/panelApi.js';
import { wordsOf } from './aboutText.js';
import type { View } from './view.js';

export function aboutView(): View {
  const name = h('b', {});
  const summary = h('span', { class: 'dim' });
  const list = h('dl', { class: 'about' });
  const fold = h('details', {}, h('summary', {}, h('h2', { id: 'about-title' }, 'Model'), ' ', name, ' ', summary), list);
  const spoken = h('p', { class: 'visually-hidden', role: 'status' });
  const element = h('section', { id: 'about', 'aria-labelledby': 'about-title' }, fold, spoken);
  let shown: PanelAbout | undefined;
  let hadResult: boolean | undefined;

  return {
    element,
    render: ({ state }) => {
      element.hidden = state.about === undefined;
      const hasResult = state.result !== undefined;
      if (hasResult !== hadResult) fold.open = !hasResult; // from then on as a person leaves it
      hadResult = hasResult;
      if (state.about === shown || state.about === undefined) return;
      shown = state.about;
      const words = wordsOf(state.about, state.modelName);
      if ('error' in state.about) fold.open = true;
      element.dataset['model'] = 'facts' in state.about ? state.about.facts.model.path : '';
      element.dataset['fits'] = 'facts' in state.about ? state.about.facts.fits : '';
      setText(name, words.name);
      setText(summary, words.summary);
      setText(spoken, `Model ${words.name}: ${words.summary}`);
      fill(list, ...words.rows.map((row) => h('div', { 'data-fact': row.name }, h('dt', {}, row.label), h('dd', {}, row.text))));
    },
  };
}

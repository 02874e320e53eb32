/** Is what the panel shows true now, and what can be done about it? */
import { fill, h, keepingFocus, setText } from '../dom.js';
import { button, progressRing } from '../toolkit.js';
import { statusText, type StatusText } from './statusText.js';
import type { Actions, View } from './view.js';

export function statusView(actions: Actions): View {
  const ring = h('span', { class: 'ring' });
  const text = h('span', { class: 'status-text', role: 'status', 'aria-live': 'polite' });
  const more = h('span', { class: 'status-more' });
  const offers = h('span', { class: 'offers' });
  const element = h('div', { class: 'status', id: 'status' }, ring, h('p', {}, text, ' ', more), offers);
  let shown: StatusText | undefined;

  const showOffers = (next: StatusText): void => {
    if (JSON.stringify(next.offers) === JSON.stringify(shown?.offers)) return;
    keepingFocus(offers, () => 'vscode-button', () => fill(offers, ...next.offers.map((offer) =>
      button(offer.appearance, { 'data-command': offer.command }, () => actions.run(offer.command), offer.label))));
  };

  return {
    element,
    render: ({ state }) => {
      const next = statusText(state.status, state.result !== undefined);
      element.dataset['kind'] = state.status.kind;
      element.classList.toggle('quiet', next === undefined);
      element.dataset['tone'] = next?.tone ?? 'info';
      setText(text, next?.text ?? '');
      setText(more, next?.more ?? '');
      if (next?.busy !== shown?.busy) fill(ring, next?.busy ? progressRing() : undefined);
      if (next) showOffers(next);
      else fill(offers);
      shown = next;
    },
  };
}

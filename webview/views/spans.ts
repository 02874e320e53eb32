/** The spans that took the most experts, each a step into the editor. */
import { fill, h, keepingFocus, section, setAttributes } from '../dom.js';
import type { PanelSpan } from '../../src/protocol/panelApi.js';
import { policyTag } from './policyTag.js';
import { spanRows } from './spanList.js';
import type { Actions, View } from './view.js';

export function spansView(actions: Actions): View {
  const list = h('ol', { class: 'spans' });
  const none = h('p', { class: 'dim' }, 'No span of this text took more experts than the rest.');
  const { element, aside } = section('spans', 'Spans with the most experts', list, none);
  let shown: readonly PanelSpan[] | undefined;
  return {
    element,
    render: ({ state }) => {
      const spans = state.result?.spans ?? [];
      if (spans !== shown) {
        shown = spans;
        keepingFocus(list, (focused) => (focused instanceof HTMLElement ? `[data-span="${focused.dataset['span'] ?? ''}"]` : undefined),
          () => fill(list, ...spanRows(spans, (span) => actions.selectSpan(span))));
        none.hidden = spans.length > 0;
        list.hidden = spans.length === 0;
        const run = state.result?.runs[0];
        fill(aside, run ? policyTag(run, 0) : undefined);
      }
      for (const [i, item] of [...list.querySelectorAll('[data-span]')].entries()) {
        setAttributes(item, { 'aria-current': i === state.selectedSpan ? 'true' : undefined });
      }
    },
  };
}

/** Where in the text: every token with its count, one of them selected. */
import { fill, h, section, setAttributes } from '../dom.js';
import { tokensLabel } from '../format.js';
import type { PanelResult } from '../../src/protocol/panelApi.js';
import type { InlineCounts } from '../memory.js';
import { dropdown } from '../toolkit.js';
import { policyTag } from './policyTag.js';
import { nextToken } from './roving.js';
import { drawTokens, type DrawnTokens } from './tokenText.js';
import type { Actions, View } from './view.js';

export function textView(actions: Actions): View {
  const list = h('div', { class: 'tokens', role: 'listbox', 'aria-label': 'Tokens of the text', 'aria-orientation': 'horizontal' });
  const key = h('p', { class: 'note' }, 'Underlined where the two differ the most: solid where the first takes more experts, dashed where the second does.');
  const { element, aside } = section('text', 'Text', list, key);
  const counts = dropdown<InlineCounts>('Counts in the text', (inline) => actions.choose({ inline }));
  let shown: PanelResult | undefined;
  let shownInline: InlineCounts | undefined;
  let drawn: DrawnTokens | undefined;
  let selected: number | undefined;
  let stop = 0; // the token that holds the tab stop

  const at = (token: number | undefined): HTMLElement | undefined => (token === undefined ? undefined : drawn?.at(token));
  const moveStop = (token: number): void => {
    at(stop)?.setAttribute('tabindex', '-1');
    stop = token;
    at(stop)?.setAttribute('tabindex', '0');
  };
  const mark = (token: number | undefined): void => {
    for (const old of list.querySelectorAll('[aria-selected="true"]')) setAttributes(old, { 'aria-selected': 'false' });
    selected = token;
    const chosen = at(token);
    if (token === undefined || !chosen) return;
    setAttributes(chosen, { 'aria-selected': 'true' });
    if (!list.contains(document.activeElement)) moveStop(token);
    scrollWithin(list, chosen);
  };
  const draw = (result: PanelResult, inline: InlineCounts): void => {
    drawn?.cancel();
    const hadFocus = list.contains(document.activeElement);
    const [first, second] = result.runs;
    const run = inline === 'second' && second ? second : first;
    if (!run) return;
    stop = Math.min(stop, result.tokens.length - 1);
    const beside = inline === 'both' ? second : undefined;
    setAttributes(list, { 'aria-label': tokensLabel(run, beside !== undefined) });
    drawn = drawTokens(list, {
      text: result.text, tokens: result.tokens, run, choosable: true, ...(beside ? { beside } : {}),
    }, () => {
      moveStop(Math.max(stop, 0));
      mark(selected);
      if (hadFocus) at(stop)?.focus({ preventScroll: true });
    });
  };

  list.addEventListener('click', (event) => {
    const token = tokenOf(event.target);
    if (token === undefined) return;
    moveStop(token);
    actions.selectToken(token);
  });
  list.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const token = tokenOf(event.target);
    if (token === undefined) return;
    if (event.key === 'Enter' || event.key === ' ') actions.selectToken(token);
    else {
      const next = nextToken(event.key, token, shown?.tokens.length ?? 0, (other) => at(other)?.getBoundingClientRect());
      if (next === undefined) return;
      moveStop(next);
      at(next)?.focus({ preventScroll: true });
      const focused = at(next);
      if (focused) scrollWithin(list, focused);
    }
    event.preventDefault();
  });

  return {
    element,
    render: ({ state, choices }) => {
      const { result } = state;
      if (result && (result.tokens !== shown?.tokens || result.text !== shown.text || result.runs !== shown.runs || choices.inline !== shownInline)) {
        const compared = result.runs.length > 1;
        key.hidden = !compared || choices.inline !== 'both';
        selected = state.selectedToken;
        draw(result, choices.inline);
        if (compared) counts.show(inlineChoices(result), choices.inline);
        const tags = result.runs.map(policyTag).filter((_, i) => choices.inline === 'both' || !compared || i === (choices.inline === 'second' ? 1 : 0));
        if (compared !== aside.contains(counts.element) || !compared) fill(aside, h('span', { class: 'tags' }), compared ? counts.element : undefined);
        const place = aside.querySelector('.tags');
        if (place) fill(place, ...tags);
        shownInline = choices.inline;
      }
      if (state.selectedToken !== selected) mark(state.selectedToken);
      shown = result;
    },
  };
}

function inlineChoices({ runs }: PanelResult): readonly { readonly value: InlineCounts; readonly label: string }[] {
  return [{ value: 'both', label: 'Both counts' }, { value: 'first', label: runs[0]?.label ?? '' }, { value: 'second', label: runs[1]?.label ?? '' }];
}

function tokenOf(target: EventTarget | null): number | undefined {
  const token = target instanceof Element ? target.closest<HTMLElement>('[data-token]') : null;
  return token ? Number(token.dataset['token']) : undefined;
}

/** Scrolls the text and not the page: a person who reads the chart below keeps their place. */
function scrollWithin(list: HTMLElement, token: HTMLElement): void {
  const outer = list.getBoundingClientRect();
  const inner = token.getBoundingClientRect();
  if (inner.top < outer.top) list.scrollTop -= outer.top - inner.top + inner.height;
  else if (inner.bottom > outer.bottom) list.scrollTop += inner.bottom - outer.bottom + inner.height;
}

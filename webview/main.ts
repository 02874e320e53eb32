/** Wires the host, what was kept, the theme and the views. Each snapshot is rendered whole; views skip what did not change. */
import type { PanelState } from '../src/protocol/panelApi.js';
import { h } from './dom.js';
import { connectHost } from './host.js';
import { keep, recall } from './memory.js';
import './panel.css';
import { reuse } from './reuse.js';
import { afterHost } from './restore.js';
import type { Theme } from './theme.js';
import { applyTheme, watchTheme } from './themeWatch.js';
import { registerToolkit } from './toolkit.js';
import { aboutView } from './views/about.js';
import { figuresView } from './views/figures.js';
import { headerView } from './views/header.js';
import { layersView } from './views/layers.js';
import { spansView } from './views/spans.js';
import { statusView } from './views/status.js';
import { textView } from './views/text.js';
import { tokenView } from './views/token.js';
import { variantView } from './views/variant.js';
import type { Actions, View } from './views/view.js';

registerToolkit();
const host = connectHost();
const kept = recall(host.kept.get());
let choices = kept.choices;
let state: PanelState = {
  status: { kind: kept.result ? 'restored' : 'idle' }, modelName: kept.result?.model.name ?? '', policyLabel: kept.result?.runs[0]?.label ?? '',
  details: [], ...(kept.result ? { result: kept.result } : {}),
};
let theme: Theme | undefined;
let keptResult = kept.result; // until the host has a result of its own, or clears
let savedResult = state.result;
let saving = 0;

const actions: Actions = {
  selectToken: (token) => {
    state = { ...state, selectedToken: token, details: state.selectedToken === token ? state.details : [] }; // at once; the host's snapshot follows
    render();
    host.selectToken(token);
  },
  selectSpan: host.selectSpan,
  run: host.run,
  choose: (change) => {
    choices = { ...choices, ...change };
    render();
    save(); // at once: the panel may be hidden next
  },
};

const status = statusView(actions);
const header = headerView(actions);
const about = aboutView();
const sections: readonly View[] = [figuresView(), variantView(), textView(actions), layersView(actions), tokenView(), spansView(actions)];
const result = h('div', { id: 'result' }, ...sections.map((view) => view.element));
const main = document.querySelector('main') ?? document.body.appendChild(h('main')); // the host's page has one
main.append(h('div', { id: 'panel' }, header.element, status.element, about.element, result));

function render(): void {
  if (!theme) return;
  const model = { state, choices, theme };
  result.hidden = state.result === undefined;
  for (const view of [status, header, about, ...sections]) view.render(model);
}

/** Not while the snapshot is being drawn: writing a large result out takes longer than a frame. */
function saveSoon(): void {
  window.clearTimeout(saving);
  saving = window.setTimeout(save, 200);
}

function save(): void {
  window.clearTimeout(saving);
  savedResult = state.result;
  host.kept.set(keep(choices, state.result));
}

watchTheme((next) => {
  theme = next;
  applyTheme(next, document.body);
  render();
});
host.onState((next) => {
  state = reuse(state, afterHost(keptResult, next));
  if (state.result !== keptResult) keptResult = undefined;
  render();
  if (state.result !== savedResult) saveSoon();
});
host.ready();

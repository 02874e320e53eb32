/** What ran, and what the next run will use. */
import { backendText } from '../../src/analysis/labels.js';
import { shapeText } from '../../src/analysis/modelShape.js';
import { fill, h, setText } from '../dom.js';
import { button } from '../toolkit.js';
import type { PanelResult } from '../../src/protocol/panelApi.js';
import type { BackendInfo } from '../../src/trace/run.js';
import { notesOf } from './notes.js';
import { policyTag } from './policyTag.js';
import type { Actions, View } from './view.js';

export function headerView(actions: Actions): View {
  const title = h('h1', {}, 'MoE Lens');
  const ran = h('p', { class: 'ran' });
  const notes = h('div', { class: 'notes' });
  const model = h('b', {});
  const policy = h('b', {});
  const pick = (name: string, label: HTMLElement, command: 'moeLens.chooseModel' | 'moeLens.choosePolicy'): HTMLElement =>
    button('secondary', { class: 'picker', 'data-command': command }, () => actions.run(command), h('i', {}, `${name} `), label, h('u', { 'aria-hidden': 'true' }, '\u25be'));
  const forResult = [
    button('secondary', { 'data-command': 'moeLens.comparePolicies' }, () => actions.run('moeLens.comparePolicies'), 'Compare Policies'),
    button('secondary', { 'data-command': 'moeLens.compareWithClipboard' }, () => actions.run('moeLens.compareWithClipboard'), 'Compare With Clipboard'),
    button('secondary', { 'data-command': 'moeLens.clear' }, () => actions.run('moeLens.clear'), 'Clear'),
  ];
  const bar = h('div', { class: 'bar', role: 'group', 'aria-label': 'Next run' },
    pick('Model', model, 'moeLens.chooseModel'), pick('Policy', policy, 'moeLens.choosePolicy'), h('span', { class: 'spring' }), ...forResult);
  const element = h('header', {}, title, bar, ran, notes);
  let shown: PanelResult | undefined;

  return {
    element,
    render: ({ state }) => {
      setText(model, state.modelName || 'none yet');
      setText(policy, state.policyLabel || 'native');
      for (const control of forResult) control.hidden = state.result === undefined;
      if (state.result === shown) return;
      shown = state.result;
      setText(title, shown ? shown.title : 'MoE Lens');
      ran.hidden = shown === undefined;
      fill(ran, ...(shown ? whatRan(shown) : []));
      fill(notes, ...(shown ? notesOf(shown) : []).map(({ name, text }) => h('p', { class: 'note', 'data-note': name }, text)));
    },
  };
}

function whatRan(result: PanelResult): readonly (Node | string)[] {
  const { model, backend, runs } = result;
  const policies = runs.flatMap((run, i) => (i === 0 ? [policyTag(run, i)] : [h('span', { class: 'versus' }, 'against'), policyTag(run, i)]));
  return [
    h('span', { 'data-ran': 'model' }, model.name),
    ...policies,
    h('span', { class: 'dim', 'data-ran': 'shape' }, shapeText(model)),
    backendWord(backend),
  ];
}

/** Why it was not the native library is read by those who point at the word, or hear it. */
function backendWord(backend: BackendInfo): HTMLElement {
  return h('span', { class: 'dim', 'data-ran': 'backend', title: backend.note }, backendText(backend),
    backend.note === undefined ? undefined : h('span', { class: 'visually-hidden' }, `. ${backend.note}`));
}

/** What ran, and what the next run will use. */
import { backendText, bigText } from '../../src/analysis/labels.js';
import { fill, h, setText } from '../dom.js';
import { windowsNote } from '../format.js';
import { button } from '../toolkit.js';
import type { PanelResult } from '../../src/protocol/panelApi.js';
import type { BackendInfo } from '../../src/trace/run.js';
import { policyTag } from './policyTag.js';
import type { Actions, View } from './view.js';

export function headerView(actions: Actions): View {
  const title = h('h1', {}, 'MoE Lens');
  const ran = h('p', { class: 'ran' });
  const note = h('p', { class: 'note', hidden: true });
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
  const element = h('header', {}, title, bar, ran, note);
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
      setText(note, shown?.windows ? windowsNote(shown.windows) : '');
      note.hidden = shown?.windows === undefined;
    },
  };
}

function whatRan(result: PanelResult): readonly (Node | string)[] {
  const { model, backend, runs } = result;
  const policies = runs.flatMap((run, i) => (i === 0 ? [policyTag(run, i)] : [h('span', { class: 'versus' }, 'against'), policyTag(run, i)]));
  return [
    h('span', { 'data-ran': 'model' }, model.name),
    ...policies,
    h('span', { class: 'dim', 'data-ran': 'shape' }, `${model.moeLayers.length} MoE layers of ${model.experts} experts, ${bigText(model.parameters)} parameters`),
    backendWord(backend),
  ];
}

/** Why it was not the native library is read by those who point at the word, or hear it. */
function backendWord(backend: BackendInfo): HTMLElement {
  return h('span', { class: 'dim', 'data-ran': 'backend', title: backend.note }, backendText(backend),
    backend.note === undefined ? undefined : h('span', { class: 'visually-hidden' }, `. ${backend.note}`));
}

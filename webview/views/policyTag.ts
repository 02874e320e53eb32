/** A policy's name with its accent and whether the checkpoint was trained with it: stands wherever its numbers stand. */
import { h } from '../dom.js';
import type { PanelRun } from '../../src/protocol/panelApi.js';

/** `index` is the run's place, which gives its accent everywhere in the panel. */
export function policyTag(run: PanelRun, index: number): HTMLElement {
  return h('span', { class: `policy accent-${index}`, 'data-policy': run.concretePolicy },
    h('span', { class: 'swatch', 'aria-hidden': 'true' }), run.label, ' ',
    h('span', { class: 'tag' }, run.simulated ? 'simulated' : 'native'));
}

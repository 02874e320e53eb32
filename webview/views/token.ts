/** The selected token, layer by layer: how many experts, which, and how sure the router was. */
import { fill, h, section, setText } from '../dom.js';
import { countText, fractionText, lacksSurprisal } from '../../src/analysis/labels.js';
import { expertsInWords, nats, NONE, policyName } from '../format.js';
import type { PanelResult, PanelState } from '../../src/protocol/panelApi.js';
import type { ExpertUse } from '../../src/trace/run.js';
import { policyTag } from './policyTag.js';
import { quoted, tokenTables, type TokenRow, type TokenTable } from './tokenRows.js';
import type { View } from './view.js';

/** More squares than this are no longer counted by eye. */
const SQUARES = 16;

export function tokenView(): View {
  const facts = h('p', { class: 'facts' });
  const tables = h('div', { class: 'side-by-side' });
  const { element, title } = section('token', 'Selected token', facts, tables);
  let shown: Pick<PanelState, 'result' | 'selectedToken' | 'details' | 'status'> | undefined;

  return {
    element,
    render: ({ state }) => {
      if (shown && state.result === shown.result && state.selectedToken === shown.selectedToken
        && state.details === shown.details && state.status.kind === shown.status.kind) return;
      shown = state;
      const { result, selectedToken: token } = state;
      const entry = token === undefined ? undefined : result?.tokens[token];
      element.dataset['selected'] = entry && token !== undefined ? String(token) : '';
      if (!result || token === undefined || !entry) {
        setText(title, 'Selected token');
        fill(facts, 'Click a token in the text above, or put the cursor on it in the editor, to see its experts in every layer.');
        fill(tables);
        return;
      }
      const detail = state.details.find((one) => one.token === token);
      const text = entry.start === entry.end ? detail?.text ?? 'special token' : result.text.slice(entry.start, entry.end);
      fill(title, 'Token ', h('code', {}, quoted(text)));
      fill(facts, ...factsOf(result, token, detail?.id), detail ? undefined : h('span', { class: 'dim' }, missing(state)));
      fill(tables, ...tokenTables(state, result, token).map((table) => tableOf(table, result)));
    },
  };
}

function missing({ status }: Pick<PanelState, 'status'>): string {
  return status.kind === 'restored' || status.kind === 'detached' || status.kind === 'error' ? 'Its experts need a new run.' : 'Reading its experts\u2026';
}

function factsOf(result: PanelResult, token: number, id: number | undefined): readonly HTMLElement[] {
  const surprisal = result.tokens[token]?.surprisal ?? null;
  return [
    ...result.runs.map((run, i) => h('span', { class: `accent-${i}`, 'data-fact': 'count', 'data-run': i, 'data-value': run.counts[token] ?? 0 },
      result.runs.length > 1 || run.simulated ? `${expertsInWords(run.counts[token] ?? 0)}, ${policyName(run)}` : expertsInWords(run.counts[token] ?? 0))),
    h('span', { 'data-fact': 'surprisal', 'data-value': surprisal ?? 'null' },
      surprisalWords(result, surprisal)),
    ...(id === undefined ? [] : [h('span', { class: 'dim', 'data-fact': 'id', 'data-value': id }, `id ${id}`)]),
  ];
}

function surprisalWords({ runs, tokens }: PanelResult, surprisal: number | null): string {
  if (lacksSurprisal(runs[0]?.meanSurprisal ?? null, tokens.length)) return 'surprisal not computed';
  return surprisal === null ? 'no surprisal: nothing precedes it' : `surprisal ${nats(surprisal)} nats`;
}

function tableOf({ run, rows }: TokenTable, result: PanelResult): HTMLElement {
  const ran = result.runs[run];
  const name = ran ? policyName(ran) : '';
  return h('div', { class: 'table-scroll', tabindex: 0, role: 'region', 'aria-label': `Experts of the selected token, ${name}` },
    h('table', { class: 'token-table', 'data-run': run },
      h('caption', {}, ran ? policyTag(ran, run) : ''),
      h('thead', {}, h('tr', {}, ...['Layer', 'Experts', 'Probability and weight', 'Margin', 'Entropy'].map((label) => h('th', { scope: 'col' }, label)))),
      h('tbody', {}, ...rows.map((row) => rowOf(row, run)))));
}

function rowOf({ layer, count: experts, detail }: TokenRow, run: number): HTMLElement {
  return h('tr', { 'data-layer': layer, 'data-count': experts },
    h('th', { scope: 'row' }, String(layer)),
    h('td', { class: `squares accent-${run}` }, h('span', { class: 'n' }, Number.isInteger(experts) ? String(experts) : countText(experts)),
      h('span', { 'aria-hidden': 'true', class: 'bar-of-squares' }, '\u25a0'.repeat(Math.min(Math.round(experts), SQUARES)))),
    h('td', { class: 'experts' }, ...(detail ? [...detail.selected.map(expertOf), ...leftOut(detail.runnersUp)] : [NONE])),
    h('td', { class: 'number' }, detail ? fractionText(detail.margin) : NONE),
    h('td', { class: 'number' }, detail ? nats(detail.entropy) : NONE));
}

function expertOf({ expert, probability: p, weight }: ExpertUse): HTMLElement {
  return h('span', { class: 'expert', 'data-expert': expert, 'data-probability': p, 'data-weight': weight },
    h('b', {}, `e${expert}`), ` ${fractionText(p)}`, weight === undefined ? undefined : h('span', { class: 'weight' }, ` ${fractionText(weight)}`));
}

/** The first that was not selected: how close the decision was. */
function leftOut([first]: readonly ExpertUse[]): readonly HTMLElement[] {
  if (!first) return [];
  return [h('span', { class: 'expert left-out', 'data-runner-up': first.expert, 'data-probability': first.probability }, `not e${first.expert} ${fractionText(first.probability)}`)];
}

/** What the panel says of the model of the next run. */
import { factRows, summaryText } from '../../src/analysis/modelLabels.js';
import type { PanelAbout } from '../../src/protocol/panelApi.js';

export interface AboutWords {
  readonly name: string;
  readonly summary: string;
  readonly rows: readonly { readonly name: string; readonly label: string; readonly text: string }[];
}

/** What the section says. An error takes the place of the facts, and says what to do. */
export function wordsOf(about: PanelAbout, modelName: string): AboutWords {
  if ('facts' in about) return { name: about.facts.model.name, summary: summaryText(about.facts), rows: factRows(about.facts) };
  const { code, message, hint } = about.error;
  return { name: modelName, summary: 'can\u2019t be run', rows: [{ name: 'error', label: code, text: `${message} ${hint}`.trimEnd() }] };
}

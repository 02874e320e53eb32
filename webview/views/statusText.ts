/** What the banner says and offers in each state of the panel. */
import type { PanelCommand, PanelStatus } from '../../src/protocol/panelApi.js';

export interface Offer {
  readonly label: string;
  readonly command: PanelCommand;
  readonly appearance: 'primary' | 'secondary';
}

export interface StatusText {
  readonly tone: 'info' | 'warning' | 'error';
  /** Changes only when there is something new to hear: screen readers speak it. */
  readonly text: string;
  /** More to read: what to do, or how far the run is. */
  readonly more: string;
  readonly busy: boolean;
  readonly offers: readonly Offer[];
}

const AGAIN: Offer = { label: 'Run Again', command: 'moeLens.runAgain', appearance: 'primary' };
const ANEW: Offer = { label: 'Analyze Selection', command: 'moeLens.analyzeSelection', appearance: 'primary' };
const POLICY: Offer = { label: 'Choose Policy', command: 'moeLens.choosePolicy', appearance: 'secondary' };
const BEFORE_EDIT = 'The numbers are those of the text before the edit.';
const MODEL: Offer = { label: 'Choose Model', command: 'moeLens.chooseModel', appearance: 'secondary' };

const mendedByPolicy = (code: string): boolean => code === 'E_POLICY_INVALID' || code === 'E_POLICY_UNSUPPORTED';

/** Undefined when the numbers are what they seem and nothing needs to be said. */
export function statusText(status: PanelStatus, hasResult: boolean): StatusText | undefined {
  switch (status.kind) {
    case 'fresh': return undefined;
    case 'idle': return hasResult ? undefined : {
      tone: 'info', busy: false, text: 'Nothing analyzed yet.',
      more: 'Select text in an editor and run Analyze Selection: each token gets the number of experts that the model used for it.',
      offers: [
        ANEW,
        { label: 'Analyze Document', command: 'moeLens.analyzeDocument', appearance: 'secondary' }, MODEL,
      ],
    };
    case 'running': return {
      tone: 'info', busy: true, text: 'Running\u2026',
      more: status.total > 0 ? `${status.stage}, ${Math.floor((100 * Math.min(status.done, status.total)) / status.total)}\u202f%` : status.stage,
      offers: [{ label: 'Cancel', command: 'moeLens.cancel', appearance: 'secondary' }],
    };
    case 'stale': return {
      tone: 'warning', busy: false, text: 'Edited since this run.', more: BEFORE_EDIT, offers: [AGAIN],
    };
    case 'restored': return {
      tone: 'info', busy: false, text: 'From before the reload.', more: 'The numbers stand; a token\u2019s experts need a new run.', offers: [ANEW],
    };
    case 'detached': return {
      tone: 'info', busy: false, text: 'The engine has ended.', more: 'The numbers stand; a token\u2019s experts need a new run.', offers: [AGAIN],
    };
    case 'error': return {
      tone: 'error', busy: false, text: `${status.code}: ${status.message}`, more: status.stale ? `${status.hint} Edited since the last result. ${BEFORE_EDIT}`.trimStart() : status.hint,
      offers: [{ ...AGAIN, label: 'Try Again' }, mendedByPolicy(status.code) ? POLICY : MODEL],
    };
  }
}

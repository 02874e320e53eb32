/** How the panel writes what the editor does not: changes, times, whole numbers. What both write is in analysis/labels. */
import { countText, durationText } from '../src/analysis/labels.js';
import type { PanelRun } from '../src/protocol/panelApi.js';
import type { Windows } from '../src/trace/run.js';

const MINUS = '\u2212';
const NARROW_SPACE = '\u202f';
export const NONE = '\u2013';

/** "1.0 expert", "2.1 experts". */
export function expertsInWords(value: number): string {
  const text = countText(value);
  return `${text} ${text === '1.0' ? 'expert' : 'experts'}`;
}

export function nats(value: number | null): string {
  return value === null ? NONE : value.toFixed(2);
}

/** Relative change of `value` against `base`: "−8.5 %", "+12 %", "±0 %". */
export function percentChange(value: number, base: number): string {
  if (!(base > 0)) return NONE;
  const percent = (value / base - 1) * 100;
  const text = Math.abs(percent) < 9.95 ? Math.abs(percent).toFixed(1) : Math.abs(percent).toFixed(0);
  if (Number(text) === 0) return `\u00b10${NARROW_SPACE}%`;
  return `${percent < 0 ? MINUS : '+'}${text}${NARROW_SPACE}%`;
}

/** A share: "50 %". */
export function percent(share: number): string {
  return `${Math.round(100 * share)}${NARROW_SPACE}%`;
}

/** A difference with its sign: "−0.25", "+3". */
export function signed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return `\u00b1${text}`;
  return `${value < 0 ? MINUS : '+'}${text}`;
}

/** 1234567 with narrow spaces between thousands. */
export function whole(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(?:\d{3})+$)/g, NARROW_SPACE);
}

/** "41 ms", "3.2 s", "2 min 5 s". */
export function duration(ms: number): string {
  return durationText(ms).replaceAll(/ (?=[a-z])/g, NARROW_SPACE);
}

/** The policy as it is named beside every number of its run; what the checkpoint was not trained with says so. */
export function policyName(run: Pick<PanelRun, 'label' | 'simulated'>): string {
  return run.simulated ? `${run.label}, simulated` : run.label;
}

/** What the list of tokens is called. Beside a second policy's counts every token names both. */
export function tokensLabel(run: Pick<PanelRun, 'label' | 'simulated'>, isCompared: boolean): string {
  return run.simulated && !isCompared ? `Tokens of the text, experts under ${policyName(run)}` : 'Tokens of the text';
}

export function windowsNote(windows: Windows): string {
  return `Longer than the context: run in ${windows.count} windows of ${whole(windows.length)} tokens.`;
}

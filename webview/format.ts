/** How the panel writes numbers and names. */
import type { PanelRun } from '../src/protocol/panelApi.js';
import type { BackendInfo, Windows } from '../src/trace/run.js';

const MINUS = '\u2212';
const NARROW_SPACE = '\u202f';

/** Mean experts of a whole text or a layer: "1.83". */
export function experts(value: number): string {
  return value.toFixed(2);
}

/** A token's own count: "2.1". */
export function count(value: number): string {
  return value.toFixed(1);
}

/** "1 expert", "2.1 experts". */
export function expertsInWords(value: number): string {
  const text = count(value);
  return `${text} ${text === '1.0' ? 'expert' : 'experts'}`;
}

export function nats(value: number | null): string {
  return value === null ? '\u2013' : value.toFixed(2);
}

/** A probability or weight as routing papers print it: ".42", "1.00". */
export function probability(value: number): string {
  const text = value.toFixed(2);
  return text.startsWith('0.') ? text.slice(1) : text;
}

/** Relative change of `value` against `base`: "−8.5 %", "+12 %", "±0 %". */
export function percentChange(value: number, base: number): string {
  if (!(base > 0)) return '\u2013';
  const percent = (value / base - 1) * 100;
  const text = Math.abs(percent) < 9.95 ? Math.abs(percent).toFixed(1) : Math.abs(percent).toFixed(0);
  if (Number(text) === 0) return `\u00b10${NARROW_SPACE}%`;
  return `${percent < 0 ? MINUS : '+'}${text}${NARROW_SPACE}%`;
}

/** A difference with its sign: "−0.25", "+3". */
export function signed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return `\u00b1${text}`;
  return `${value < 0 ? MINUS : '+'}${text}`;
}

/** 1,234 with a narrow space between thousands. */
export function whole(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(?:\d{3})+$)/g, NARROW_SPACE);
}

/** Parameters: "950 k", "12.3 M", "6.9 B". */
export function parameters(value: number): string {
  const [divisor, unit] = value >= 1e9 ? [1e9, 'B'] : value >= 1e6 ? [1e6, 'M'] : value >= 1e3 ? [1e3, 'k'] : [1, ''];
  const scaled = value / divisor;
  const text = unit === '' ? scaled.toFixed(0) : scaled >= 99.95 ? scaled.toFixed(0) : scaled.toFixed(1);
  return unit === '' ? text : `${text}${NARROW_SPACE}${unit}`;
}

/** "41 ms", "3.2 s", "2 min 5 s". */
export function duration(ms: number): string {
  if (ms < 999.5) return `${ms.toFixed(ms < 9.95 ? 1 : 0)}${NARROW_SPACE}ms`;
  if (ms < 59950) return `${(ms / 1000).toFixed(1)}${NARROW_SPACE}s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}${NARROW_SPACE}min ${seconds % 60}${NARROW_SPACE}s`;
}

/** The policy as it is named beside every number of its run; what the checkpoint was not trained with says so. */
export function policyName(run: Pick<PanelRun, 'label' | 'simulated'>): string {
  return run.simulated ? `${run.label}, simulated` : run.label;
}

export function backendName(backend: BackendInfo): string {
  const name = backend.name === 'tensorflow' ? 'TensorFlow' : 'WebAssembly';
  return `${name} ${backend.version}, ${backend.threads} ${backend.threads === 1 ? 'thread' : 'threads'}`;
}

export function windowsNote(windows: Windows): string {
  return `Longer than the context: run in ${windows.count} windows of ${whole(windows.length)} tokens.`;
}

/** What goes to the webview; and what arrives from it, which is checked before it is believed. */
import { LensError } from '../base/errors.js';
import { PANEL_COMMANDS, type HostToPanel, type PanelResult, type PanelState, type PanelToHost } from '../protocol/panelApi.js';

/** The argument of a command that comes from a button in the panel: it means what the panel shows. */
export const FROM_PANEL = 'panel';

type Fields = Readonly<Record<string, unknown>>;

/** The message with a snapshot. @param sent the result that the page has already: the same object is not sent again */
export function panelMessage(state: PanelState, sent: PanelResult | undefined): HostToPanel {
  if (state.result === undefined || state.result !== sent) return { type: 'state', state };
  const { result: _, ...rest } = state;
  return { type: 'state', state: rest, sameResult: true };
}

/** @throws E_MESSAGE_INVALID for anything that is not a message of the protocol */
export function readPanelMessage(value: unknown): PanelToHost {
  if (!isObject(value)) throw invalid(value);
  switch (value.type) {
    case 'ready':
      return { type: 'ready' };
    case 'selectToken':
      if (isIndex(value.token)) return { type: 'selectToken', token: value.token };
      break;
    case 'selectSpan':
      if (isIndex(value.span)) return { type: 'selectSpan', span: value.span };
      break;
    case 'command': {
      const command = PANEL_COMMANDS.find((known) => known === value.command);
      if (command !== undefined) return { type: 'command', command };
      break;
    }
    default:
  }
  throw invalid(value);
}

/**
 * The result that a webview has kept over a reload of the window, from what it gave to `setState`: the result
 * itself, or an object with it as `result`. Undefined if it is not one (of another version, for example).
 */
export function readKeptResult(state: unknown): PanelResult | undefined {
  const candidate = isObject(state) && 'result' in state ? state.result : state;
  return isPanelResult(candidate) ? candidate : undefined;
}

function isPanelResult(value: unknown): value is PanelResult {
  return isObject(value) && typeof value.title === 'string' && typeof value.text === 'string'
    && isObject(value.model) && typeof value.model.name === 'string' && Array.isArray(value.model.moeLayers)
    && isObject(value.backend) && typeof value.backend.name === 'string' && isMemory(value.memory)
    && isList(value.tokens, isToken) && isList(value.runs, isRun) && value.runs.length > 0 && isList(value.spans, isSpan)
    && (value.variant === undefined || isVariant(value.variant));
}

function isMemory(value: unknown): boolean {
  return isObject(value) && isNumber(value.budgetBytes) && isNumber(value.estimatedBytes) && isNumber(value.peakBytes);
}

function isVariant(value: unknown): boolean {
  return isObject(value) && typeof value.text === 'string' && isList(value.tokens, isToken) && isRun(value.run) && isList(value.spans, isSpan);
}

function isToken(value: unknown): boolean {
  return isObject(value) && isIndex(value.start) && isIndex(value.end) && (value.surprisal === null || typeof value.surprisal === 'number');
}

function isSpan(value: unknown): boolean {
  return isObject(value) && isIndex(value.start) && isIndex(value.end) && typeof value.text === 'string' && typeof value.meanExperts === 'number';
}

function isRun(value: unknown): boolean {
  return isObject(value) && typeof value.label === 'string' && typeof value.policy === 'string' && typeof value.concretePolicy === 'string'
    && typeof value.meanExperts === 'number' && isList(value.counts, isNumber) && isList(value.heat, isNumber)
    && isList(value.layerCounts, (row) => isList(row, isNumber)) && isList(value.layers, (layer) => isObject(layer) && isNumber(layer.mean));
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function isList(value: unknown, isItem: (item: unknown) => boolean): value is unknown[] {
  return Array.isArray(value) && value.every(isItem);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function isIndex(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0;
}

function invalid(value: unknown): LensError {
  return new LensError('E_MESSAGE_INVALID', `The panel sent a message that is not part of the protocol: ${(JSON.stringify(value) ?? String(value)).slice(0, 120)}.`);
}

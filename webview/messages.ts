/** Which messages and kept results the panel believes: anything else is dropped before a view sees it. */
import type { HostToPanel, PanelResult, PanelStatus } from '../src/protocol/panelApi.js';

type Fields = Readonly<Record<string, unknown>>;

export function isHostToPanel(value: unknown): value is HostToPanel {
  if (!isFields(value) || value['type'] !== 'state' || !isFields(value['state'])) return false;
  const state = value['state'];
  if (!isOptional(value['sameResult'], (same) => same === true && state['result'] === undefined)) return false;
  return isStatus(state['status']) && typeof state['modelName'] === 'string' && typeof state['policyLabel'] === 'string'
    && Array.isArray(state['details']) && isOptional(state['result'], isPanelResult) && isOptional(state['about'], isAbout)
    && isOptional(state['selectedToken'], isIndex) && isOptional(state['selectedSpan'], isIndex);
}

/** Checks what the views index into: one count and heat level per token, and offsets inside the text. */
export function isPanelResult(value: unknown): value is PanelResult {
  if (!isFields(value) || typeof value['title'] !== 'string' || !isFields(value['model']) || !isFields(value['backend']) || !isMemory(value['memory'])) return false;
  const { text, tokens, runs, spans, variant } = value;
  if (typeof text !== 'string' || !areTokens(tokens, text) || !areSpans(spans)) return false;
  if (!Array.isArray(runs) || runs.length === 0 || !runs.every((run) => isRun(run, tokens.length))) return false;
  return isOptional(variant, (other) => isFields(other) && typeof other['text'] === 'string'
    && areTokens(other['tokens'], other['text']) && areSpans(other['spans']) && isRun(other['run'], other['tokens'].length));
}

/** As far as the views could trip over it: the host is of the same version, and makes no others. */
function isAbout(value: unknown): boolean {
  if (!isFields(value)) return false;
  const { facts, error } = value;
  if (isFields(error)) return typeof error['code'] === 'string' && typeof error['message'] === 'string' && typeof error['hint'] === 'string';
  return isFields(facts) && isFields(facts['budget']) && isFields(facts['model']) && typeof facts['fits'] === 'string'
    && Array.isArray(facts['model']['moeLayers']) && Array.isArray(facts['model']['dtypes']) && typeof facts['model']['nativePolicy'] === 'string';
}

function isMemory(value: unknown): boolean {
  return isFields(value) && ['budgetBytes', 'estimatedBytes', 'peakBytes'].every((name) => typeof value[name] === 'number');
}

function isStatus(value: unknown): value is PanelStatus {
  if (!isFields(value)) return false;
  switch (value['kind']) {
    case 'idle': case 'fresh': case 'stale': case 'restored': case 'detached': return true;
    case 'running': return typeof value['stage'] === 'string' && typeof value['done'] === 'number' && typeof value['total'] === 'number';
    case 'error': return typeof value['code'] === 'string' && typeof value['message'] === 'string' && typeof value['hint'] === 'string' && typeof value['stale'] === 'boolean';
    default: return false;
  }
}

function isRun(value: unknown, tokens: number): boolean {
  return isFields(value) && typeof value['label'] === 'string' && typeof value['simulated'] === 'boolean'
    && typeof value['meanExperts'] === 'number' && areNumbers(value['counts'], tokens) && areNumbers(value['heat'], tokens)
    && Array.isArray(value['layerCounts']) && value['layerCounts'].every((row) => areNumbers(row, tokens))
    && Array.isArray(value['layers']) && value['layers'].every((layer) => isFields(layer) && typeof layer['mean'] === 'number');
}

function areTokens(value: unknown, text: string): value is readonly unknown[] {
  return Array.isArray(value) && value.every((token) => isFields(token) && isIndex(token['start']) && isIndex(token['end'])
    && token['start'] <= token['end'] && token['end'] <= text.length);
}

function areSpans(value: unknown): boolean {
  return Array.isArray(value) && value.every((span) => isFields(span) && typeof span['text'] === 'string' && typeof span['meanExperts'] === 'number');
}

function areNumbers(value: unknown, length: number): boolean {
  return Array.isArray(value) && value.length === length && value.every((item) => typeof item === 'number');
}

function isOptional(value: unknown, test: (value: unknown) => boolean): boolean {
  return value === undefined || test(value);
}

function isIndex(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

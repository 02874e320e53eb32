/** The words of the status bar item and of the line above the analysed text. */
import type { RunAnalysis } from '../analysis/analyze.js';
import { backendText, bigText, durationText, meanText, plural } from '../analysis/labels.js';
import { shapeText } from '../analysis/modelShape.js';
import { policyPhrase } from '../analysis/policyLabels.js';
import type { PanelStatus } from '../protocol/panelApi.js';
import { escapeMarkdown } from './markdown.js';
import { backendNote, backendPhrase, SET_UP_TITLE, type NativeState } from './native/nativeText.js';

export const SET_UP_COMMAND = 'moeLens.setUpNative';

export interface StatusInput {
  readonly status: PanelStatus;
  /** What the next run uses. */
  readonly modelName: string;
  readonly policyLabel: string;
  readonly native: NativeState;
  /** The result of the document, if it has one. */
  readonly title?: string;
  readonly runs: readonly RunAnalysis[];
}

export interface StatusText {
  readonly text: string;
  /** Markdown. */
  readonly tooltip: string;
  /** For screen readers. */
  readonly label: string;
}

export function statusText(input: StatusInput): StatusText {
  const words = sentence(input);
  return { text: `${icon(input.status)} ${words.join(' · ')}`, tooltip: tooltip(input), label: `MoE Lens: ${words.join(', ')}` };
}

/** "1.83 experts a token", for two policies "1.83 | 2.00 experts a token". */
export function meanPhrase(runs: readonly RunAnalysis[]): string {
  return `${runs.map((run) => meanText(run.meanExperts)).join(' | ')} experts a token`;
}

export function policiesPhrase(runs: readonly RunAnalysis[]): string {
  return runs.map((run) => policyPhrase(run.run)).join(' | ');
}

/** "layer 2 of 6 (25 %)", or the stage alone where the number of steps is not known. */
export function progressPhrase({ stage, done, total }: { readonly stage: string; readonly done: number; readonly total: number }): string {
  return total > 0 ? `${stage} (${Math.floor((100 * Math.min(done, total)) / total)} %)` : stage;
}

function sentence({ status, modelName, policyLabel, native, runs }: StatusInput): string[] {
  const first = runs[0];
  const backend = backendPhrase(first?.run.backend, native);
  const result = [
    ...(first === undefined ? [modelName, policyLabel] : [first.run.model.name, policiesPhrase(runs), `${runs.map((run) => meanText(run.meanExperts)).join(' | ')} experts`]),
    ...(backend === undefined ? [] : [backend]),
  ];
  switch (status.kind) {
    case 'running': return [modelName, progressPhrase(status)];
    case 'stale': return ['edited since', ...result];
    case 'error': return [`failed (${status.code})`, ...(status.stale ? ['edited since'] : []), modelName];
    default: return result;
  }
}

function icon(status: PanelStatus): string {
  switch (status.kind) {
    case 'running': return '$(loading~spin)';
    case 'stale': return '$(history)';
    case 'error': return '$(warning)';
    default: return '$(layers)';
  }
}

function tooltip({ status, modelName, policyLabel, native, title, runs }: StatusInput): string {
  const first = runs[0];
  const lines = [`**MoE Lens**${title === undefined ? '' : ` ${escapeMarkdown(title)}`}`];
  if (status.kind === 'error') lines.push(`${escapeMarkdown(status.message)} ${escapeMarkdown(status.hint)} (${status.code})`);
  if (status.kind === 'stale' || (status.kind === 'error' && status.stale)) lines.push('The text was edited after the run: its numbers stand for the text before.');
  if (status.kind === 'detached') lines.push('The engine has ended: the numbers stand, the experts of a token need a new run.');
  if (status.kind === 'running') lines.push(escapeMarkdown(progressPhrase(status)));
  if (first !== undefined) {
    const { model, backend } = first.run;
    lines.push(`${escapeMarkdown(model.name)} (${escapeMarkdown(model.family)}): ${shapeText(model)}`);
    for (const run of runs) lines.push(`${policyPhrase(run.run)}: ${meanText(run.meanExperts)} experts a token, ${bigText(run.run.activeParameters)} parameters used per token, ${durationText(run.run.forwardMs)}${run.run.expertMs === undefined ? '' : ` (${durationText(run.run.expertMs)} in expert layers)`}`);
    lines.push(`${plural(first.counts.length, 'token')}, ${escapeMarkdown(backendText(backend))} ${escapeMarkdown(backend.version)}`);
  }
  const note = backendNote(first?.run.backend, { ...native, isMissing: false }); // the link says that
  if (note !== undefined) lines.push(escapeMarkdown(note));
  if (native.isMissing) lines.push(`[${SET_UP_TITLE}...](command:${SET_UP_COMMAND})`);
  lines.push(`Next run: ${escapeMarkdown(modelName)}, ${escapeMarkdown(policyLabel)}`, 'Click for all commands.');
  return lines.join('\n\n');
}

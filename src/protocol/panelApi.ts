/**
 * Every message between the extension host and the panel (webview). The host sends whole snapshots, never
 * deltas, but for a result that the panel has, which is large; all of a snapshot is JSON, so that the panel can keep it over a reload of the window.
 */
import type { ModelFacts } from '../trace/modelFacts.js';
import type { BackendInfo, ModelInfo, RunMemory, TokenDetail, Windows } from '../trace/run.js';

/** Mean and spread of the counts of one MoE layer over the tokens. */
export interface PanelLayer {
  readonly layer: number;
  readonly mean: number;
  readonly p10: number;
  readonly p90: number;
}

/** One policy's run on the text. */
export interface PanelRun {
  readonly policy: string;
  readonly concretePolicy: string;
  readonly label: string;
  readonly simulated: boolean;
  readonly meanExperts: number;
  /** Mean surprisal in nats per token; null for a single token, and where none was asked for. */
  readonly meanSurprisal: number | null;
  readonly activeParameters: number;
  readonly forwardMs: number;
  /** Of that, in the expert layers, as in RunSummary. */
  readonly expertMs?: number;
  /** Mean count over MoE layers, and heat level 0..7, per token. */
  readonly counts: readonly number[];
  readonly heat: readonly number[];
  /** Counts per MoE layer and token, [M][T]. */
  readonly layerCounts: readonly (readonly number[])[];
  readonly layers: readonly PanelLayer[];
}

export interface PanelToken {
  /** UTF-16 offsets into `PanelResult.text`. */
  readonly start: number;
  readonly end: number;
  readonly surprisal: number | null;
}

/** A stretch of text that took many experts. */
export interface PanelSpan {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly tokens: number;
  readonly meanExperts: number;
}

/** The clipboard's text beside the selection (Compare With Clipboard). */
export interface PanelVariant {
  readonly text: string;
  readonly tokens: readonly PanelToken[];
  readonly run: PanelRun;
  readonly spans: readonly PanelSpan[];
}

export interface PanelResult {
  /** For example "prompt.md:3-9". */
  readonly title: string;
  readonly text: string;
  readonly model: ModelInfo;
  readonly backend: BackendInfo;
  readonly memory: RunMemory;
  readonly tokens: readonly PanelToken[];
  /** One run, or two when policies were compared: the first is the one shown inline in the editor. */
  readonly runs: readonly PanelRun[];
  readonly spans: readonly PanelSpan[];
  readonly variant?: PanelVariant;
  readonly windows?: Windows;
}

export type PanelStatus =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly stage: string; readonly done: number; readonly total: number }
  | { readonly kind: 'fresh' }
  /** The text was edited after the run. */
  | { readonly kind: 'stale' }
  /** A result from before a reload: its numbers stand, details need a new run. */
  | { readonly kind: 'restored' }
  /** The engine that made the result has ended: its numbers stand, details need a new run. */
  | { readonly kind: 'detached' }
  /** The last run failed. `stale`: an earlier result is still shown, and the text was edited after it. */
  | { readonly kind: 'error'; readonly code: string; readonly message: string; readonly hint: string; readonly stale: boolean };

/** What the model of the next run is, before any run; or why it can't be told. */
export type PanelAbout = { readonly facts: ModelFacts } | { readonly error: { readonly code: string; readonly message: string; readonly hint: string } };

export interface PanelState {
  readonly status: PanelStatus;
  readonly result?: PanelResult;
  /** What the next run uses, for the pickers' labels. */
  readonly modelName: string;
  readonly policyLabel: string;
  /** The model of the next run; absent until it is known. */
  readonly about?: PanelAbout;
  /** The token that the cursor is on, or that was clicked. */
  readonly selectedToken?: number;
  /** Details of `selectedToken`, one per run; empty until they have arrived. */
  readonly details: readonly TokenDetail[];
  /** Which span the step commands are at. */
  readonly selectedSpan?: number;
}

export interface HostToPanel {
  readonly type: 'state';
  readonly state: PanelState;
  /** The result is that of the message before, and left out of `state`: it would be written out anew at every move of the cursor. */
  readonly sameResult?: true;
}

/** Commands that the panel's buttons may run; the host refuses any other. */
export const PANEL_COMMANDS = [
  'moeLens.analyzeSelection', 'moeLens.analyzeDocument', 'moeLens.comparePolicies', 'moeLens.compareWithClipboard',
  'moeLens.chooseModel', 'moeLens.choosePolicy', 'moeLens.runAgain', 'moeLens.cancel', 'moeLens.clear',
] as const;
export type PanelCommand = (typeof PANEL_COMMANDS)[number];

export type PanelToHost =
  /** The panel has loaded and wants a snapshot. */
  | { readonly type: 'ready' }
  | { readonly type: 'selectToken'; readonly token: number }
  | { readonly type: 'selectSpan'; readonly span: number }
  | { readonly type: 'command'; readonly command: PanelCommand };

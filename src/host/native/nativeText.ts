/** What is said of the backends: which one runs, and what native is worth on this machine. */
import { backendText } from '../../analysis/labels.js';
import type { SetupPlan, SetupProgress } from '../../protocol/setupApi.js';
import type { BackendInfo } from '../../trace/run.js';
import type { Speed } from './backendCheck.js';

export const SET_UP_TITLE = 'Set Up Native Acceleration';

/** What is known of the native library on this machine. */
export interface NativeState {
  /** Set up by the command. */
  readonly isSetUp: boolean;
  /** Neither that, nor named by a setting, nor in a clone: the next run takes WebAssembly. */
  readonly isMissing: boolean;
  /** Measured on this machine. */
  readonly speed?: Speed;
}

/** From here on it is worth saying. */
const FASTER = 1.1;
const WASM: BackendInfo = { name: 'wasm', version: '', threads: 1 };

/** For the status bar: "WebAssembly (native 3.4x faster)"; without a run, what the next one takes if that is known. */
export function backendPhrase(backend: BackendInfo | undefined, { isMissing, speed }: NativeState): string | undefined {
  const shown = backend ?? (isMissing ? WASM : undefined);
  if (shown === undefined) return undefined;
  return shown.name === 'wasm' && speed !== undefined && speed.ratio >= FASTER ? `${backendText(shown)} (native ${factor(speed.ratio)}x faster)` : backendText(shown);
}

/** Sentences for the tooltip and the panel: why it is not the faster one, what that would be worth, and how to get it. */
export function backendNote(backend: BackendInfo | undefined, { isMissing, speed }: NativeState): string | undefined {
  const sentences = [
    ...(backend?.note === undefined ? [] : [backend.note]),
    ...(speed === undefined ? [] : [`Measured on this machine with the demo model: native is ${speedPhrase(speed)}.`]),
    ...(isMissing && backend?.name !== 'tensorflow' ? [`"MoE Lens: ${SET_UP_TITLE}" gets the native library.`] : []),
  ];
  return sentences.length === 0 ? undefined : sentences.join(' ');
}

/** The backend of a result with all that is known said in its note. */
export function withNote(backend: BackendInfo, native: NativeState): BackendInfo {
  const note = backendNote(backend, native);
  return note === undefined ? backend : { ...backend, note };
}

/** "3.4 times faster than WebAssembly", or that it is not. */
export function speedPhrase({ ratio }: Speed): string {
  if (ratio >= FASTER) return `${times(ratio)} faster than WebAssembly`;
  return ratio > 1 / FASTER ? 'about as fast as WebAssembly' : `${times(1 / ratio)} slower than WebAssembly`;
}

/** What the set-up takes, before it begins. */
export function planText({ downloadBytes, diskBytes }: SetupPlan, folder: string): string {
  return `TensorFlow's native library is several times faster than WebAssembly on long texts and large models. It is downloaded from npm and PyPI, or by the installer of tfjs-node: up to ${size(downloadBytes)}. `
    + `It takes up to ${size(diskBytes)} on disk, in\n${folder}\n"MoE Lens: Remove Native Acceleration" takes it away again.`;
}

/** "Downloading TensorFlow: 100 of 207 MB (48 %)", or the stage alone. */
export function setupPhrase({ stage, done, total }: SetupProgress): string {
  return total > 0 ? `${stage}: ${Math.round(done / 1e6)} of ${size(total)} (${Math.floor((100 * Math.min(done, total)) / total)} %)` : stage;
}

const factor = (ratio: number): string => (ratio < 10 ? ratio.toFixed(1) : String(Math.round(ratio)));
const times = (ratio: number): string => `${factor(ratio)} times`;
const size = (bytes: number): string => (bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`);

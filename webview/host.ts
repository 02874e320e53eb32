/** The panel's only way to the extension host, and to what VS Code keeps for it while it is hidden. */
import type { PanelCommand, PanelState, PanelToHost } from '../src/protocol/panelApi.js';
import { wholeSnapshots } from './lastResult.js';
import { isHostToPanel } from './messages.js';

interface VsCodeApi {
  postMessage(message: PanelToHost): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

export interface Host {
  readonly ready: () => void;
  readonly selectToken: (token: number) => void;
  readonly selectSpan: (span: number) => void;
  readonly run: (command: PanelCommand) => void;
  readonly onState: (listener: (state: PanelState) => void) => void;
  readonly kept: { get(): unknown; set(value: unknown): void };
}

export function connectHost(): Host {
  const api = acquireVsCodeApi(); // once per page: a second call throws
  const ready = (): void => api.postMessage({ type: 'ready' });
  return {
    ready,
    selectToken: (token) => api.postMessage({ type: 'selectToken', token }),
    selectSpan: (span) => api.postMessage({ type: 'selectSpan', span }),
    run: (command) => api.postMessage({ type: 'command', command }),
    onState: (listener) => {
      const whole = wholeSnapshots();
      window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        if (!isHostToPanel(data)) {
          console.warn('MoE Lens: a message that the panel does not know was ignored.');
          return;
        }
        const state = whole(data);
        if (state === undefined) ready(); // once more, with the result
        else listener(state);
      });
    },
    kept: { get: () => api.getState(), set: (value) => api.setState(value) },
  };
}

/** A result as the panel shows it: with what is to be said of its backend now. */
import type { PanelResult } from '../protocol/panelApi.js';
import { withNote, type NativeState } from './native/nativeText.js';

export class NotedResult {
  private last: { readonly own: PanelResult; readonly noted: PanelResult } | undefined;

  /** The same object as long as the result and the note are the same, by which the panel knows that it was sent. */
  of(own: PanelResult, native: NativeState): PanelResult {
    const backend = withNote(own.backend, native);
    if (this.last?.own !== own || this.last.noted.backend.note !== backend.note) this.last = { own, noted: { ...own, backend } };
    return this.last.noted;
  }
}

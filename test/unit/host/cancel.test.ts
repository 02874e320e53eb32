import { describe, expect, it, vi } from 'vitest';
import { cancel } from '../../../src/host/commands/cancel.js';
import type { Lens } from '../../../src/host/lens.js';
import { FROM_PANEL } from '../../../src/host/panelMessages.js';

/** A lens whose editor's text and whose panel's text have a run, or not. */
function lensWith(inEditor: boolean, inPanel: boolean): { readonly lens: Lens; readonly aborted: () => readonly boolean[]; readonly all: () => number } {
  const [editor, panel] = [new AbortController(), new AbortController()];
  const cancelAll = vi.fn();
  const sessionOf = (what?: unknown): unknown => (what === FROM_PANEL ? { run: inPanel ? { controller: panel } : undefined } : { run: inEditor ? { controller: editor } : undefined });
  return { lens: { sessionOf, runner: { cancelAll } } as unknown as Lens, aborted: () => [editor.signal.aborted, panel.signal.aborted], all: () => cancelAll.mock.calls.length };
}

describe('Cancel', () => {
  it('ends the run of the text in front, and no other', () => {
    const { lens, aborted, all } = lensWith(true, true);
    cancel(lens);
    expect([aborted(), all()]).toEqual([[true, false], 0]);
  });

  it('ends every run when the text in front has none', () => {
    const { lens, all } = lensWith(false, true);
    cancel(lens);
    expect(all()).toBe(1);
  });

  it('from the panel ends the run of what the panel shows, and never another', () => {
    const both = lensWith(true, true);
    cancel(both.lens, FROM_PANEL);
    expect([both.aborted(), both.all()]).toEqual([[false, true], 0]);
    const none = lensWith(true, false);
    cancel(none.lens, FROM_PANEL);
    expect([none.aborted(), none.all()]).toEqual([[false, false], 0]);
  });
});

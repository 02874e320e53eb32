/** A document and its tracker, edited in step. */
import type { Edit } from '../../../../src/host/edits.js';
import { joinParts, type Selected } from '../../../../src/host/segments.js';
import { Tracker } from '../../../../src/host/tracker.js';

/** A document that is edited in step with the tracker. */
export class Page {
  constructor(public text: string) {}

  read = (start: number, end: number): string => this.text.slice(start, end);

  /** Edits in offsets before the change, as VS Code gives them. Returns the edits that take them back. */
  change(edits: readonly Edit[], ...trackers: readonly Tracker[]): Edit[] {
    const inOrder = [...edits].sort((a, b) => a.offset - b.offset);
    let shift = 0;
    const back = inOrder.map((edit) => {
      const undo = { offset: edit.offset + shift, removed: edit.text.length, text: this.text.slice(edit.offset, edit.offset + edit.removed) };
      shift += edit.text.length - edit.removed;
      return undo;
    });
    for (const { offset, removed, text } of [...inOrder].reverse()) this.text = this.text.slice(0, offset) + text + this.text.slice(offset + removed);
    for (const tracker of trackers) tracker.change(edits);
    return back;
  }
}

/** Every character a token, [start, end) in the joined text. */
export const characters = ({ text }: Selected): [number[], number[]] => [Array.from(text, (_, i) => i), Array.from(text, (_, i) => i + 1)];

export function track(text: string, ...parts: readonly (readonly [number, number])[]): { readonly page: Page; readonly tracker: Tracker; readonly selected: Selected } {
  const selected = joinParts(parts.map(([start, end]) => ({ start, text: text.slice(start, end) })), '\n');
  const tracker = new Tracker(selected.segments, text);
  tracker.attach(...characters(selected));
  return { page: new Page(text), tracker, selected };
}

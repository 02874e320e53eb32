/** Edits of a document, and what they do to ranges. */

/** `removed` characters at `offset` gave way to `text`; the offset is that before the edit. */
export interface Edit {
  readonly offset: number;
  readonly removed: number;
  readonly text: string;
}

/**
 * A change of line endings, which VS Code reports as the whole text replaced, as one edit per line break.
 * @param text the document after the change
 */
export function lineEndingEdits(text: string, toCrlf: boolean): Edit[] {
  const edits: Edit[] = [];
  let offset = text.indexOf('\n');
  for (let line = 0; offset >= 0; line++, offset = text.indexOf('\n', offset + 1)) {
    // before the change every earlier line break was one character shorter (to CRLF) or longer (to LF)
    if (toCrlf) edits.push({ offset: offset - 1 - line, removed: 0, text: '\r' });
    else edits.push({ offset: offset + line, removed: 1, text: '' });
  }
  return edits;
}

/** Edits of one change are in offsets of the text before it; from the end backwards none moves another. */
export function fromTheEnd(edits: readonly Edit[]): Edit[] {
  return [...edits].sort((a, b) => b.offset - a.offset);
}

/** What an edit really changes: a text that is replaced as a whole mostly begins and ends as before. */
export function withoutCommonEnds(edit: Edit, before: string): Edit {
  const removed = before.slice(edit.offset, edit.offset + edit.removed);
  const shorter = Math.min(removed.length, edit.text.length);
  let head = 0;
  while (head < shorter && removed[head] === edit.text[head]) head++;
  let tail = 0;
  while (tail < shorter - head && removed[removed.length - 1 - tail] === edit.text[edit.text.length - 1 - tail]) tail++;
  return { offset: edit.offset + head, removed: removed.length - head - tail, text: edit.text.slice(head, edit.text.length - tail) };
}

/** Moves ranges [starts, ends) by one edit; a range that the edit touches inside is marked dead. Changes the arrays. */
export function moveRanges(edit: Edit, starts: Int32Array, ends: Int32Array, alive: Uint8Array): boolean {
  const from = edit.offset;
  const to = edit.offset + edit.removed;
  const shift = edit.text.length - edit.removed;
  let killed = false;
  for (let i = 0; i < alive.length; i++) {
    if (alive[i] === 0) continue;
    const start = starts[i] ?? 0;
    if ((ends[i] ?? 0) <= from) continue;
    if (start >= to) {
      starts[i] = start + shift;
      ends[i] = (ends[i] ?? 0) + shift;
    } else {
      alive[i] = 0;
      killed = true;
    }
  }
  return killed;
}

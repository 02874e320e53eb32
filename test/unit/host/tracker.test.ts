import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineEndingEdits, type Edit } from '../../../src/host/edits.js';
import { joinParts, type Selected } from '../../../src/host/segments.js';
import { Tracker } from '../../../src/host/tracker.js';

/** A document that is edited in step with the tracker. */
class Page {
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
const characters = ({ text }: Selected): [number[], number[]] => [Array.from(text, (_, i) => i), Array.from(text, (_, i) => i + 1)];

function track(text: string, ...parts: readonly (readonly [number, number])[]): { readonly page: Page; readonly tracker: Tracker; readonly selected: Selected } {
  const selected = joinParts(parts.map(([start, end]) => ({ start, text: text.slice(start, end) })), '\n');
  const tracker = new Tracker(selected.segments, text);
  tracker.attach(...characters(selected));
  return { page: new Page(text), tracker, selected };
}

describe('the tracker', () => {
  it('moves tokens with an edit before them and stays fresh', () => {
    const { page, tracker } = track('one two', [4, 7]);
    page.change([{ offset: 0, removed: 3, text: 'eleven' }], tracker);
    expect(tracker.isFresh).toBe(true);
    expect(tracker.range(0)).toEqual({ start: 7, end: 8 });
  });

  it('takes text typed at either edge as outside', () => {
    const { page, tracker } = track('abc', [0, 3]);
    page.change([{ offset: 3, removed: 0, text: 'x' }], tracker);
    page.change([{ offset: 0, removed: 0, text: 'y' }], tracker);
    expect(tracker.isFresh).toBe(true);
    expect(tracker.ranges).toEqual([{ start: 1, end: 4 }]);
  });

  it('drops only the token that an edit touches, and is stale at once', () => {
    const { page, tracker } = track('abc', [0, 3]);
    page.change([{ offset: 1, removed: 1, text: 'XYZ' }], tracker);
    expect(tracker.isFresh).toBe(false);
    expect([0, 1, 2].map((t) => tracker.range(t))).toEqual([{ start: 0, end: 1 }, undefined, { start: 4, end: 5 }]);
  });

  it('keeps the tokens on both sides of a word that is typed between them, but not the stretch over them', () => {
    const { page, tracker } = track('abc', [0, 3]);
    expect(tracker.rangeOf(0, 2)).toEqual({ start: 0, end: 3 });
    page.change([{ offset: 1, removed: 0, text: '--' }], tracker);
    expect(tracker.range(1)).toEqual({ start: 3, end: 4 });
    expect(tracker.rangeOf(0, 2)).toBeUndefined();
    expect(tracker.rangeOf(1, 2)).toEqual({ start: 3, end: 5 });
  });

  it('is fresh again after everything was deleted and undone', () => {
    const { page, tracker } = track('..abc..', [2, 5]);
    const back = page.change([{ offset: 0, removed: 7, text: '' }], tracker);
    expect(tracker.isFresh).toBe(false);
    page.change(back, tracker);
    expect(tracker.isFresh).toBe(true);
    expect(tracker.range(2)).toEqual({ start: 4, end: 5 });
  });

  it('does not move to an equal text beside the one that was analysed', () => {
    const { page, tracker } = track('a a a', [2, 3]);
    const back = page.change([{ offset: 0, removed: 5, text: 'z' }], tracker);
    page.change(back, tracker);
    expect(tracker.range(0)).toEqual({ start: 2, end: 3 });
  });

  it('takes a text that is replaced as a whole as the edit that it is', () => {
    const { page, tracker } = track('one two three', [4, 7]);
    page.change([{ offset: 0, removed: 13, text: '1 two three' }], tracker);
    expect(tracker.isFresh).toBe(true);
    expect(tracker.range(0)).toEqual({ start: 2, end: 3 });
  });

  it('keeps two equal parts apart', () => {
    const { page, tracker } = track('the cat the dog', [0, 3], [8, 11]);
    const back = page.change([{ offset: 0, removed: 15, text: '' }], tracker);
    page.change(back, tracker);
    expect(tracker.isFresh).toBe(true);
    expect(tracker.ranges).toEqual([{ start: 0, end: 3 }, { start: 8, end: 11 }]);
  });

  it('paints what an edit during the run has left, and is stale', () => {
    const page = new Page('abcdef');
    const selected = joinParts([{ start: 0, text: 'abcdef' }], '\n');
    const tracker = new Tracker(selected.segments, 'abcdef');
    page.change([{ offset: 2, removed: 1, text: '' }], tracker);
    tracker.attach(...characters(selected));
    expect(tracker.isFresh).toBe(false);
    expect([1, 2, 3].map((t) => tracker.range(t))).toEqual([{ start: 1, end: 2 }, undefined, { start: 2, end: 3 }]);
  });

  it('finds the token under a cursor, and before the end of the text', () => {
    const { tracker } = track('..ab', [2, 4]);
    expect([0, 2, 3, 4].map((offset) => tracker.tokenAt(offset))).toEqual([undefined, 0, 1, 1]);
  });

  it('follows a change of the line endings exactly', () => {
    const { page, tracker } = track('a\nb\nthe\nthe', [8, 11]);
    page.text = page.text.replaceAll('\n', '\r\n');
    tracker.change(lineEndingEdits(page.text, true));
    expect(tracker.range(0)).toEqual({ start: 11, end: 12 });
    page.text = page.text.replaceAll('\r\n', '\n');
    tracker.change(lineEndingEdits(page.text, false));
    expect(tracker.range(0)).toEqual({ start: 8, end: 9 });
    expect(tracker.isFresh).toBe(true);
  });
});

const letters = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', 'é'), maxLength: 30 });
const edit = fc.record({ at: fc.nat(60), removed: fc.nat(6), text: fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n'), maxLength: 4 }) });
/** Changes of up to three edits each, as one key press with several cursors makes them. */
const history = fc.array(fc.array(edit, { minLength: 1, maxLength: 3 }), { maxLength: 6 });
const cuts = fc.array(fc.nat(40), { minLength: 2, maxLength: 6 });

/** Random edits brought into the text, apart from each other. */
function fit(edits: readonly { readonly at: number; readonly removed: number; readonly text: string }[], length: number): Edit[] {
  let free = 0;
  return [...edits].sort((a, b) => a.at - b.at).flatMap(({ at, removed, text }) => {
    const offset = Math.min(at, length);
    if (offset < free) return [];
    const taken = Math.min(removed, length - offset);
    free = offset + taken + 1;
    return [{ offset, removed: taken, text }];
  });
}

/** Disjoint parts of a text. */
function parts(at: readonly number[], length: number): [number, number][] {
  const inOrder = [...new Set(at.map((cut) => cut % (length + 1)))].sort((a, b) => a - b);
  return inOrder.flatMap((start, i) => (i % 2 === 0 && inOrder[i + 1] !== undefined ? [[start, inOrder[i + 1] ?? start] as [number, number]] : []));
}

describe('under random edits', () => {
  it('every token that survives holds the text that was analysed', () => {
    fc.assert(fc.property(letters, cuts, history, fc.boolean(), (text, at, changes, early) => {
      const selected = joinParts(parts(at, text.length).map(([start, end]) => ({ start, text: text.slice(start, end) })), '\n');
      const tracker = new Tracker(selected.segments, text);
      if (!early) tracker.attach(...characters(selected));
      const page = new Page(text);
      for (const change of changes) page.change(fit(change, page.text.length), tracker);
      if (early) tracker.attach(...characters(selected));
      Array.from(selected.text).forEach((character, t) => {
        const range = tracker.range(t);
        if (range !== undefined) expect(page.read(range.start, range.end)).toBe(character);
      });
    }), { numRuns: 2000 });
  });

  it('surviving tokens of each part stay in order and apart', () => {
    fc.assert(fc.property(letters, cuts, history, (text, at, changes) => {
      const { page, tracker, selected } = track(text, ...parts(at, text.length));
      for (const change of changes) page.change(fit(change, page.text.length), tracker);
      let end = 0;
      for (let t = 0; t < selected.text.length; t++) {
        const range = tracker.range(t);
        if (range === undefined) continue;
        expect(range.start).toBeGreaterThanOrEqual(end);
        end = range.end;
      }
    }), { numRuns: 2000 });
  });

  it('fresh means that every part reads as it was analysed', () => {
    fc.assert(fc.property(letters, cuts, history, (text, at, changes) => {
      const { page, tracker, selected } = track(text, ...parts(at, text.length));
      for (const change of changes) page.change(fit(change, page.text.length), tracker);
      const now = tracker.ranges.map(({ start, end }) => page.read(start, end));
      if (tracker.isFresh) expect(now).toEqual(selected.segments.map((segment) => segment.text));
    }), { numRuns: 2000 });
  });

  it('undoing all of it puts every token back in its place', () => {
    fc.assert(fc.property(letters, cuts, history, (text, at, changes) => {
      const { page, tracker, selected } = track(text, ...parts(at, text.length));
      const before = Array.from(selected.text, (_, t) => tracker.range(t));
      const undo = changes.map((change) => page.change(fit(change, page.text.length), tracker));
      for (const back of undo.reverse()) page.change(back, tracker);
      expect(page.text).toBe(text);
      expect(tracker.isFresh).toBe(true);
      expect(Array.from(selected.text, (_, t) => tracker.range(t))).toEqual(before);
    }), { numRuns: 2000 });
  });
});

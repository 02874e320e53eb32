import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Edit } from '../../../src/host/edits.js';
import { joinParts } from '../../../src/host/segments.js';
import { Tracker } from '../../../src/host/tracker.js';
import { characters, Page, track } from './support/page.js';

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

describe('the tracker under random edits', () => {
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

  it('fresh means that every part reads as it was analysed, and has all its tokens', () => {
    fc.assert(fc.property(letters, cuts, history, (text, at, changes) => {
      const { page, tracker, selected } = track(text, ...parts(at, text.length));
      for (const change of changes) page.change(fit(change, page.text.length), tracker);
      if (!tracker.isFresh) return;
      selected.segments.forEach(({ text: analysed, textStart }, i) => {
        const { start, end } = tracker.ranges[i];
        expect(page.read(start, end)).toBe(analysed);
        for (let t = 0; t < analysed.length; t++) expect(tracker.range(textStart + t)).toEqual({ start: start + t, end: start + t + 1 });
      });
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

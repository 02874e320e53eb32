import { describe, expect, it } from 'vitest';
import { lineEndingEdits } from '../../../src/host/edits.js';
import { joinParts } from '../../../src/host/segments.js';
import { Tracker } from '../../../src/host/tracker.js';
import { characters, Page, track } from './support/page.js';

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

  it('does not find a part before the beginning of the document', () => {
    const { page, tracker } = track('aaaaaa', [3, 5]);
    page.change([{ offset: 0, removed: 4, text: '' }], tracker);
    expect(page.text).toBe('aa');
    expect(tracker.isFresh).toBe(false);
    expect([0, 1].map((t) => tracker.range(t))).toEqual([undefined, { start: 0, end: 1 }]);
  });

  it('does not take the text of another part for that of one that was edited', () => {
    const { page, tracker } = track('aaaaaaaa', [0, 1], [4, 6]);
    page.change([{ offset: 1, removed: 4, text: '' }], tracker);
    expect(tracker.isFresh).toBe(false);
    expect([0, 2, 3].map((t) => tracker.range(t))).toEqual([{ start: 0, end: 1 }, undefined, { start: 1, end: 2 }]);
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

  it('is fresh when the text is as it was analysed, though undo took the other one of two equal characters', () => {
    const { page, tracker } = track('aa ', [0, 3]);
    const typed = page.change([{ offset: 2, removed: 0, text: ' ' }], tracker);
    const deleted = page.change([{ offset: 3, removed: 1, text: '' }], tracker);
    page.change(deleted, tracker);
    page.change(typed, tracker);
    expect(page.text).toBe('aa ');
    expect(tracker.isFresh).toBe(true);
    expect(tracker.range(2)).toEqual({ start: 2, end: 3 });
  });

  it('puts a part back in its place when the text is as it was analysed', () => {
    const { page, tracker } = track('aa', [0, 1]);
    const deleted = page.change([{ offset: 0, removed: 1, text: '' }], tracker);
    const typed = page.change([{ offset: 1, removed: 0, text: 'a' }], tracker);
    page.change(typed, tracker);
    page.change(deleted, tracker);
    expect(tracker.ranges).toEqual([{ start: 0, end: 1 }]);
    expect(tracker.range(0)).toEqual({ start: 0, end: 1 });
  });

  it('has every token of a part that it found again, also after a further edit took one and left an equal one', () => {
    const { page, tracker } = track('a-', [0, 2]);
    page.change([{ offset: 1, removed: 0, text: '-' }], tracker);
    page.change([{ offset: 2, removed: 1, text: 'bc' }], tracker);
    page.change([{ offset: 2, removed: 1, text: '-' }], tracker);
    page.change([{ offset: 1, removed: 1, text: '' }], tracker);
    expect(page.text).toBe('a-c');
    expect(tracker.isFresh).toBe(true);
    expect(tracker.range(1)).toEqual({ start: 1, end: 2 });
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

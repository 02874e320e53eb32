import type * as vscode from 'vscode';
import { describe, expect, it } from 'vitest';
import { LensError } from '../../../src/base/errors.js';
import { joinParts } from '../../../src/host/segments.js';
import { Session, type Result } from '../../../src/host/session.js';
import { Tracker } from '../../../src/host/tracker.js';

const document = {} as vscode.TextDocument;

function withResult(): { readonly session: Session; readonly tracker: Tracker } {
  const tracker = new Tracker(joinParts([{ start: 0, text: 'one two' }], '\n').segments, 'one two');
  tracker.attach([0, 3], [3, 7]);
  const session = new Session(document);
  session.show({ tracker, target: { whole: false } } as unknown as Result);
  return { session, tracker };
}
const edit = { offset: 1, removed: 1, text: 'x' };

describe('the status of a document', () => {
  it('is not that of a reload when the engine has ended', () => {
    const { session } = withResult();
    expect(session.status.kind).toBe('fresh');
    session.tracesGone = true;
    expect(session.status.kind).toBe('detached');
  });

  it('says of a failed run whether the numbers before it are of the text before an edit', () => {
    const { session, tracker } = withResult();
    session.error = new LensError('E_TEXT_TOO_LONG', 'Long.', 'Less.');
    expect(session.status).toEqual({ kind: 'error', code: 'E_TEXT_TOO_LONG', message: 'Long.', hint: 'Less.', stale: false });
    tracker.change([edit]);
    expect(session.status).toMatchObject({ kind: 'error', stale: true });
    session.error = undefined;
    expect(session.status.kind).toBe('stale');
  });
});

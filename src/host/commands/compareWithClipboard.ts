import * as vscode from 'vscode';
import { LensError } from '../../base/errors.js';
import type { Lens } from '../lens.js';
import { offerDocument, selectedTarget } from './run.js';

/** Runs the selection and the clipboard's text with the same policy, and shows them side by side in the panel. */
export async function compareWithClipboard(lens: Lens, what?: unknown): Promise<void> {
  const text = await vscode.env.clipboard.readText();
  if (text.trim() === '') throw new LensError('E_TEXT_EMPTY', 'There is no text on the clipboard.', 'Copy the other wording, select this one, and try again.');
  const target = selectedTarget(lens, what);
  if (target === undefined) {
    offerDocument(lens, { kind: 'variant', text });
    return;
  }
  lens.panel.show(true);
  await lens.runner.run(target, { kind: 'variant', text });
}

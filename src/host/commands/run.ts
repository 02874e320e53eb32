/** What the commands that run a text have in common: whose text, and what to say when none is selected. */
import type { Lens } from '../lens.js';
import { FROM_PANEL } from '../panelMessages.js';
import { documentTarget, sameTarget, selectionTarget, type RunKind, type Target } from '../target.js';

/** Runs what is selected in the current editor; without a selection it says so and offers the whole document. */
export async function runSelection(lens: Lens, kind: RunKind): Promise<void> {
  const target = selectedTarget(lens);
  if (target !== undefined) await lens.runner.run(target, kind);
  else offerDocument(lens, kind);
}

/** Runs the whole document of the current editor. */
export async function runDocument(lens: Lens, kind: RunKind): Promise<void> {
  const document = lens.editors.current?.document;
  if (document === undefined) sayNoEditor(lens);
  else await lens.runner.run(documentTarget(document), kind);
}

/**
 * What is selected, or undefined. Where the panel has selected a token or a span, the text of the result is meant;
 * so it is where the panel asks and shows another document than the editor does.
 */
export function selectedTarget(lens: Lens, what?: unknown): Target | undefined {
  const editor = lens.editors.current;
  if (editor === undefined) return undefined;
  const asked = what === FROM_PANEL ? lens.sessionOf(what) : undefined;
  if (asked !== undefined && asked.document !== editor.document) return resultTarget(lens, what);
  if (lens.follow.isOwnSelection(editor)) return resultTarget(lens);
  const target = selectionTarget(editor);
  return target.text === '' ? undefined : target;
}

/** The text that has a result, as it is now. */
export function resultTarget(lens: Lens, what?: unknown): Target | undefined {
  const result = lens.sessionOf(what)?.result;
  return result === undefined ? undefined : sameTarget(result.target, result.tracker.ranges);
}

export function offerDocument(lens: Lens, kind: RunKind): void {
  if (lens.editors.current === undefined) {
    sayNoEditor(lens);
    return;
  }
  const verb = kind.kind === 'analyze' ? 'Analyze' : 'Compare';
  const offer = { label: `${verb} Document`, run: () => void runDocument(lens, kind) };
  void lens.notifier.info(`Nothing is selected. Select some text first, or ${verb.toLowerCase()} the whole document.`, offer);
}

function sayNoEditor(lens: Lens): void {
  void lens.notifier.info('Open a text in an editor first.');
}

/** Which text is run, and how: what a person pointed at when a command began. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { joinParts, type Segment } from './segments.js';
import { textTitle } from './titles.js';

export interface Target {
  readonly document: vscode.TextDocument;
  readonly text: string;
  readonly segments: readonly Segment[];
  readonly title: string;
  /** All of the document, as it grows: else the parts that were selected. */
  readonly whole: boolean;
}

export type RunKind =
  | { readonly kind: 'analyze' }
  | { readonly kind: 'compare' }
  /** The selection and this text beside it. */
  | { readonly kind: 'variant'; readonly text: string };

export function selectionTarget(editor: vscode.TextEditor): Target {
  return rangesTarget(editor.document, editor.selections.filter((selection) => !selection.isEmpty));
}

export function documentTarget(document: vscode.TextDocument): Target {
  const text = document.getText();
  return { document, ...joinParts([{ start: 0, text }], '\n'), title: textTitle(nameOf(document), []), whole: true };
}

/** The same parts of the document as before, with the text that they have now. */
export function sameTarget(target: Target, ranges: readonly { readonly start: number; readonly end: number }[]): Target {
  const { document } = target;
  if (target.whole) return documentTarget(document);
  return rangesTarget(document, ranges.map(({ start, end }) => new vscode.Range(document.positionAt(start), document.positionAt(end))));
}

function rangesTarget(document: vscode.TextDocument, ranges: readonly vscode.Range[]): Target {
  const inOrder = [...ranges].sort((a, b) => a.start.compareTo(b.start));
  const lineBreak = document.eol === vscode.EndOfLine.CRLF ? '\r\n' : '\n';
  const parts = inOrder.map((range) => ({ start: document.offsetAt(range.start), text: document.getText(range) }));
  // a selection that ends before the first character of a line does not look like it had that line
  const lines = inOrder.map(({ start, end }) => ({ first: start.line + 1, last: end.character === 0 && end.line > start.line ? end.line : end.line + 1 }));
  return { document, ...joinParts(parts, lineBreak), title: textTitle(nameOf(document), lines), whole: false };
}

function nameOf(document: vscode.TextDocument): string {
  return basename(document.uri.path) || document.fileName;
}

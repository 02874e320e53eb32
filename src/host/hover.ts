/** The hover on an analysed token. */
import * as vscode from 'vscode';
import type { Details } from './details.js';
import { hoverMarkdown } from './hoverText.js';
import type { Session } from './session.js';
import type { Sessions } from './sessions.js';

export function registerHover(sessions: Sessions, details: Details): vscode.Disposable {
  return vscode.languages.registerHoverProvider('*', {
    provideHover: (document, position, cancel) => {
      const session = sessions.find(document);
      const offset = document.offsetAt(position);
      const token = session?.result?.tracker.tokenAt(offset);
      return session === undefined || token === undefined ? undefined : hoverOn(session, token, details, cancel);
    },
  });
}

async function hoverOn(session: Session, token: number, details: Details, cancel: vscode.CancellationToken): Promise<vscode.Hover | undefined> {
  const { result, document } = session;
  if (result === undefined) return undefined;
  const controller = new AbortController();
  const subscription = cancel.onCancellationRequested(() => controller.abort());
  const found = await details.of(session, token, controller.signal);
  subscription.dispose();
  const range = result.tracker.range(token);
  if (cancel.isCancellationRequested || session.result !== result || range === undefined) return undefined;
  // the document's text is only ever shown as code; no command links, no HTML
  const markdown = new vscode.MarkdownString(hoverMarkdown({ text: document.getText(rangeIn(document, range)), token, runs: result.runs, details: found, stale: session.isStale }));
  return new vscode.Hover(markdown, rangeIn(document, range));
}

function rangeIn(document: vscode.TextDocument, { start, end }: { readonly start: number; readonly end: number }): vscode.Range {
  return new vscode.Range(document.positionAt(start), document.positionAt(end));
}

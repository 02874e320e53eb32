/** The quiet line above an analysed text. */
import * as vscode from 'vscode';
import type { Notifier } from './notifier.js';
import type { Session } from './session.js';
import type { Sessions } from './sessions.js';
import type { Settings } from './settings.js';
import { meanPhrase, policiesPhrase } from './statusText.js';

export function registerCodeLens(sessions: Sessions, settings: Settings, notifier: Notifier): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  const provider = vscode.languages.registerCodeLensProvider('*', {
    onDidChangeCodeLenses: changed.event,
    provideCodeLenses: (document) => {
      const session = sessions.find(document);
      try {
        return session === undefined || !settings.hasCodeLens() ? [] : lenses(session);
      } catch (error) {
        notifier.quietly(error); // the setting: said when it is changed, not at every key
        return [];
      }
    },
  });
  return vscode.Disposable.from(
    changed,
    provider,
    sessions.onDidChange(({ change }) => {
      if (change === 'result' || change === 'edit') changed.fire();
    }),
    settings.onDidChange((affects) => {
      if (affects('codeLens')) changed.fire();
    }),
  );
}

function lenses(session: Session): vscode.CodeLens[] {
  const { result, document, isStale } = session;
  const [first] = result?.tracker.ranges ?? [];
  if (result === undefined || first === undefined) return [];
  const line = document.lineAt(document.positionAt(first.start)).range;
  const lens = (title: string, command: string, tooltip: string, ...args: readonly string[]): vscode.CodeLens => new vscode.CodeLens(line, { title, command, tooltip, arguments: [...args] });
  return [
    ...(isStale ? [lens('Edited since: run again', 'moeLens.runAgain', 'Run the edited text')] : []),
    lens(meanPhrase(result.runs), 'moeLens.showPanel', 'Show the panel'),
    lens(policiesPhrase(result.runs), 'moeLens.choosePolicy', 'Choose another routing policy'),
    lens('Compare', 'moeLens.comparePolicies', 'Compare Top-K and Top-P on this text', 'result'),
    lens('Clear', 'moeLens.clear', 'Take the counts away'),
  ];
}

/** How the user hears of errors: once each, with what can be done, and always in the log. */
import * as vscode from 'vscode';
import { toLensError, type LensError } from '../base/errors.js';
import { ACTIONS, actionsFor, errorText, type Action } from './errorActions.js';

export class Notifier {
  private readonly shown = new WeakSet<LensError>();

  constructor(private readonly log: vscode.LogOutputChannel, private readonly run: (action: Action) => void) {}

  /** Several calls can fail with the same error object (a crash): it is shown once. */
  error(thrown: unknown): void {
    const error = toLensError(thrown);
    if (this.shown.has(error)) return;
    this.shown.add(error);
    if (error.code === 'E_CANCELLED') {
      this.log.info('A run was cancelled.');
      return;
    }
    if (error.code === 'E_TEXT_EMPTY') { // nothing went wrong: there was nothing to run
      void this.info(errorText(error));
      return;
    }
    this.quietly(error);
    const actions = actionsFor(error.code);
    void vscode.window.showErrorMessage(errorText(error), ...actions.map((action) => ACTIONS[action])).then((label) => {
      const action = actions.find((known) => ACTIONS[known] === label);
      if (action !== undefined) this.run(action);
    });
  }

  /** For what the user sees elsewhere (in the panel, in a hover) or need not see. */
  quietly(thrown: unknown): void {
    const error = toLensError(thrown);
    this.log.error(`${error.code}: ${error.sentence}`);
    if (error.code === 'E_INTERNAL' && error.cause instanceof Error) this.log.error(error.cause.stack ?? error.cause.message);
  }

  async info(message: string, ...actions: readonly { readonly label: string; run(): void }[]): Promise<void> {
    this.log.info(message);
    const label = await vscode.window.showInformationMessage(message, ...actions.map((action) => action.label));
    actions.find((action) => action.label === label)?.run();
  }
}

/** Progress in a notification with Cancel, but only for what takes long enough to ask for it. */
import * as vscode from 'vscode';
import type { Progress } from '../protocol/engineApi.js';
import { progressPhrase } from './statusText.js';

/** Shorter work ends before a person would have read the notification. */
const PATIENCE_MS = 400;

/**
 * Runs `work`. After 0.4 s a notification shows what it reports; its Cancel aborts `controller`.
 * @param title for example "Analyzing prompt.md:3-9"
 */
export async function withLateProgress<T>(title: string, controller: AbortController, work: (report: (progress: Progress) => void) => Promise<T>): Promise<T> {
  let last: Progress | undefined;
  let show: (progress: Progress) => void = () => undefined;
  const ended = work((progress) => {
    last = progress;
    show(progress);
  });
  const timer = setTimeout(() => {
    void vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title, cancellable: true }, async (notification, token) => {
      token.onCancellationRequested(() => controller.abort());
      let percent = 0;
      show = (progress) => {
        const now = progress.total > 0 ? (100 * Math.min(progress.done, progress.total)) / progress.total : percent;
        notification.report({ message: progressPhrase(progress), increment: Math.max(0, now - percent) });
        percent = Math.max(percent, now);
      };
      if (last !== undefined) show(last);
      await ended.then(() => undefined, () => undefined);
    });
  }, PATIENCE_MS);
  try {
    return await ended;
  } finally {
    clearTimeout(timer);
  }
}

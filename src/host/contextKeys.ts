/** What menus and keybindings ask: whether a command makes sense now. */
import * as vscode from 'vscode';
import type { Session } from './session.js';
import type { Sessions } from './sessions.js';

/** The document that a command means has a result; it has top spans; a run is under way (for any document); there is a text to run again; the native library is set up. */
const KEYS = ['hasResult', 'hasSpans', 'isRunning', 'canRunAgain', 'hasNative'] as const;

export class ContextKeys {
  private readonly values = new Map<string, boolean>();

  constructor(private readonly sessions: Sessions) {}

  update(session: Session | undefined, hasNative: boolean): void {
    const now: Record<(typeof KEYS)[number], boolean> = {
      hasResult: session?.result !== undefined,
      hasSpans: (session?.result?.runs[0].spans.length ?? 0) > 0,
      isRunning: Array.from(this.sessions.all).some((each) => each.run !== undefined),
      canRunAgain: session?.last !== undefined,
      hasNative,
    };
    for (const key of KEYS) {
      if (this.values.get(key) === now[key]) continue;
      this.values.set(key, now[key]);
      void vscode.commands.executeCommand('setContext', `moeLens.${key}`, now[key]);
    }
  }
}

/** The panel beside the editor: one webview, told of the shown session in whole snapshots. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import type { PanelResult, PanelState, PanelToHost } from '../protocol/panelApi.js';
import type { Notifier } from './notifier.js';
import { panelHtml } from './panelHtml.js';
import { panelMessage, readKeptResult, readPanelMessage } from './panelMessages.js';

export const PANEL_TYPE = 'moeLens.panel';

/** Changes come in groups (a cursor move and its details, progress): one snapshot for those within this time. */
const TOGETHER_MS = 30;

export interface PanelSource {
  /** The snapshot as it is now. `kept` is a result from before a reload, shown while there is no other. */
  state(kept: PanelResult | undefined): PanelState;
  /** The page is there, for the first time or again. */
  opened(): void;
  /** What the webview asks for, other than `ready`. */
  handle(message: Exclude<PanelToHost, { type: 'ready' }>): void;
}

export class Panel implements vscode.Disposable {
  private webviewPanel: vscode.WebviewPanel | undefined;
  private kept: PanelResult | undefined;
  /** The result that the page has. */
  private sent: PanelResult | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readonly serializer: vscode.Disposable;

  constructor(private readonly extension: vscode.Uri, private readonly source: PanelSource, private readonly notifier: Notifier, private readonly log: Pick<vscode.LogOutputChannel, 'info'>) {
    this.serializer = vscode.window.registerWebviewPanelSerializer(PANEL_TYPE, {
      deserializeWebviewPanel: (panel, state: unknown) => {
        this.kept = readKeptResult(state);
        this.log.info(this.kept === undefined ? 'The panel is back from before a reload, without a result.' : `The panel is back from before a reload, with ${this.kept.title}.`);
        this.adopt(panel);
        return Promise.resolve();
      },
    });
  }

  get isOpen(): boolean {
    return this.webviewPanel !== undefined;
  }

  /** Opens the panel beside the editor, or brings it to the front. */
  show(preserveFocus: boolean): void {
    if (this.webviewPanel !== undefined) {
      this.webviewPanel.reveal(undefined, preserveFocus);
      return;
    }
    this.adopt(vscode.window.createWebviewPanel(PANEL_TYPE, 'MoE Lens', { viewColumn: vscode.ViewColumn.Beside, preserveFocus }, this.options()));
  }

  /** Sends the snapshot soon. */
  update(): void {
    this.timer ??= setTimeout(() => this.send(), TOGETHER_MS);
  }

  /** A result that was kept over a reload gives way to nothing. */
  forget(): void {
    this.kept = undefined;
    this.update();
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.serializer.dispose();
    this.webviewPanel?.dispose();
  }

  private adopt(panel: vscode.WebviewPanel): void {
    if (this.webviewPanel !== undefined && this.webviewPanel !== panel) this.webviewPanel.dispose();
    this.webviewPanel = panel;
    const { webview } = panel;
    panel.iconPath = vscode.Uri.joinPath(this.extension, 'media', 'icon.svg');
    webview.options = this.options();
    webview.onDidReceiveMessage((message: unknown) => this.receive(message));
    panel.onDidDispose(() => {
      if (this.webviewPanel === panel) this.webviewPanel = undefined;
    });
    const file = (name: string): vscode.Uri => vscode.Uri.joinPath(this.extension, 'dist', name);
    const style = file('webview.css');
    webview.html = panelHtml({
      nonce: randomBytes(16).toString('hex'),
      cspSource: webview.cspSource,
      script: webview.asWebviewUri(file('webview.js')).toString(),
      style: existsSync(style.fsPath) ? webview.asWebviewUri(style).toString() : undefined,
    });
  }

  private options(): vscode.WebviewOptions & vscode.WebviewPanelOptions {
    // hidden, the page goes; it comes back from what it kept, and from the snapshot that answers its `ready`
    return { enableScripts: true, retainContextWhenHidden: false, localResourceRoots: ['dist', 'media'].map((name) => vscode.Uri.joinPath(this.extension, name)) };
  }

  private receive(value: unknown): void {
    try {
      const message = readPanelMessage(value);
      if (message.type === 'ready') {
        this.sent = undefined; // a page that has just been loaded has nothing
        this.send();
        this.source.opened();
      } else this.source.handle(message);
    } catch (error) {
      this.notifier.quietly(error);
    }
  }

  private send(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const panel = this.webviewPanel;
    if (panel === undefined) return;
    const state = this.source.state(this.kept);
    if (state.result !== undefined && state.result !== this.kept) this.kept = undefined;
    panel.title = state.result === undefined ? 'MoE Lens' : `MoE Lens: ${state.result.title}`;
    void panel.webview.postMessage(panelMessage(state, this.sent)); // false while hidden: `ready` asks again
    this.sent = state.result;
  }
}

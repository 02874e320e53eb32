/** The parts of the extension, put together; what a command gets. */
import * as vscode from 'vscode';
import type { PanelResult, PanelState } from '../protocol/panelApi.js';
import type { ModelInfo } from '../trace/run.js';
import { registerCodeLens } from './codeLens.js';
import { ChosenModel } from './chosenModel.js';
import { ContextKeys } from './contextKeys.js';
import { Details } from './details.js';
import { Editors } from './editors.js';
import type { Log } from './engineProcess.js';
import type { Action } from './errorActions.js';
import { Follow } from './follow.js';
import { registerHover } from './hover.js';
import { LazyEngine, type EngineCalls } from './lazyEngine.js';
import { NativeFolder } from './native/nativeFolder.js';
import type { NativeState } from './native/nativeText.js';
import { nextRun } from './nextRun.js';
import { NotedResult } from './notedResult.js';
import { Notifier } from './notifier.js';
import { Painter } from './painter.js';
import { Panel, type PanelSource } from './panel.js';
import { FROM_PANEL } from './panelMessages.js';
import { Runner } from './runner.js';
import type { Session } from './session.js';
import { Sessions } from './sessions.js';
import { Settings } from './settings.js';
import { namingModelSetting, readable } from './settingsRules.js';
import { StatusBar } from './statusBar.js';

/** Settings that say which model is run, and on what. */
const MODEL_SETTINGS = ['model', 'backend', 'nativeFolder', 'memoryBudget'];
/** Settings that a run depends on. */
const RUN_SETTINGS = [...MODEL_SETTINGS, 'policy', 'compare', 'surprisal'];

export class Lens implements vscode.Disposable {
  readonly log = vscode.window.createOutputChannel('MoE Lens', { log: true });
  readonly notifier = new Notifier(this.log, (action) => void vscode.commands.executeCommand(...ACTION_COMMANDS[action]));
  /** Of the extension itself: two programs of the build, the demo checkpoint, and a text for it. */
  readonly files: { readonly engine: string; readonly setup: string; readonly demoModel: string; readonly sample: string };
  readonly engine: EngineCalls;
  readonly native: NativeFolder;
  readonly settings: Settings;
  readonly chosen: ChosenModel;
  readonly sessions: Sessions;
  readonly editors = new Editors();
  readonly runner: Runner;
  readonly panel: Panel;
  readonly follow: Follow;
  private readonly statusBar = new StatusBar();
  private readonly noted = new NotedResult();
  private readonly contextKeys: ContextKeys;
  private readonly subscriptions: readonly { dispose(): unknown }[];
  /** What the panel shows: the document that a run or a result was last looked at. */
  private shown: Session | undefined;
  private disposed = false;

  constructor({ extensionUri: extension, globalStorageUri, globalState }: Pick<vscode.ExtensionContext, 'extensionUri' | 'globalStorageUri' | 'globalState'>) {
    const path = (...names: string[]): string => vscode.Uri.joinPath(extension, ...names).fsPath;
    this.files = { engine: path('dist', 'engine.js'), setup: path('dist', 'setup-native.js'), demoModel: path('media', 'demo-model'), sample: path('media', 'sample', 'prompt.md') };
    this.native = new NativeFolder(vscode.Uri.joinPath(globalStorageUri, 'native').fsPath, extension.fsPath, globalState);
    this.engine = new LazyEngine({ file: this.files.engine, log: this.engineLog(), onEnd: () => this.onEngineEnd(), onCrash: (error) => this.notifier.error(error) });
    this.settings = new Settings(this.files.demoModel, () => this.native.folder);
    this.chosen = new ChosenModel(this.engine, this.settings, () => this.update(), (error) => (readable(() => this.settings.model())?.isDemo === false ? namingModelSetting(error) : error));
    this.sessions = new Sessions((traceIds) => this.engine.release(traceIds));
    this.runner = new Runner(this.engine, this.sessions, this.settings, this.notifier);
    this.panel = new Panel(extension, this.panelSource(), this.notifier, this.log);
    const details = new Details(this.engine, this.notifier);
    this.follow = new Follow(this.sessions, details);
    this.contextKeys = new ContextKeys(this.sessions);
    this.subscriptions = [
      this.log, this.native, this.editors, this.sessions, this.statusBar, this.panel, this.follow,
      new Painter(this.sessions, this.settings, this.notifier),
      registerHover(this.sessions, details),
      registerCodeLens(this.sessions, this.settings, this.notifier),
      this.sessions.onDidChange(({ session, change }) => {
        if (change === 'result' && session.run !== undefined) this.shown = session;
        this.update();
      }),
      this.editors.onDidChange(() => this.update()),
      this.native.onDidChange(() => this.update()),
      this.settings.onDidChange((affects) => this.onSettings(affects)),
    ];
    this.update();
  }

  /** Checkpoints that are known: run before, or chosen and looked at. */
  readonly models = { modelAt: (path: string): ModelInfo | undefined => this.chosen.modelAt(path) ?? this.runner.modelAt(path) };

  /** The session of the editor that a command means. */
  get current(): Session | undefined {
    return this.sessions.find(this.editors.current?.document);
  }

  /** The session that a command means: the panel's if it comes `FROM_PANEL` or if there is no editor, else the editor's. */
  sessionOf(what?: unknown): Session | undefined {
    return what === FROM_PANEL || this.editors.current === undefined ? this.shown : this.current;
  }

  /** What is known of the native library, under the settings as they are. */
  nativeState(): NativeState {
    return this.native.state(readable(() => this.settings.backend())?.nativeFolder ?? '');
  }

  /** The native library came or went: the next run starts an engine anew. Runs that are under way end first. */
  async restartEngine(): Promise<void> {
    while (Array.from(this.sessions.all).some((session) => session.run !== undefined)) {
      await new Promise<void>((resolve) => { const once = this.sessions.onDidChange(() => { once.dispose(); resolve(); }); });
    }
    await this.engine.stop();
    if (this.panel.isOpen) void this.chosen.read();
  }

  clear(session: Session | undefined): void {
    if (session !== undefined) this.sessions.clear(session);
    this.panel.forget();
  }

  dispose(): void {
    this.disposed = true;
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  /** The engine ends after the log has been closed: VS Code does not wait with that for `deactivate`. */
  private engineLog(): Log {
    const open = (write: (message: string) => void) => (message: string): void => {
      if (!this.disposed) write(message);
    };
    return { info: open((message) => this.log.info(message)), warn: open((message) => this.log.warn(message)), error: open((message) => this.log.error(message)) };
  }

  private update(): void {
    const { current } = this;
    if (current !== undefined && current.status.kind !== 'idle') this.shown = current;
    const next = nextRun(this.settings, this.models);
    const native = this.nativeState();
    this.statusBar.update(this.sessionOf(), next, native);
    this.contextKeys.update(this.sessionOf(), native.isSetUp);
    this.panel.update();
  }

  private onEngineEnd(): void {
    for (const session of this.sessions.all) {
      session.tracesGone = true;
      this.sessions.fire(session, 'selection');
    }
  }

  private onSettings(affects: (name: string) => boolean): void {
    // what a run failed of may be mended: the next one tells
    if (RUN_SETTINGS.some(affects)) for (const session of this.sessions.all) session.error = undefined;
    try {
      this.settings.run();
      this.settings.compared();
      this.settings.inline();
      this.settings.hasCodeLens();
      this.settings.folders();
    } catch (error) {
      this.notifier.error(error);
    }
    if (MODEL_SETTINGS.some(affects) && this.panel.isOpen) void this.chosen.read();
    this.update();
  }

  private panelSource(): PanelSource {
    return {
      state: (kept) => this.panelState(kept),
      opened: () => void this.chosen.read(),
      handle: (message) => {
        const session = this.shown;
        if (message.type === 'command') void vscode.commands.executeCommand(message.command, FROM_PANEL);
        else if (session === undefined) this.log.info('The panel shows a result from before a reload: there is no editor to follow it.');
        else if (message.type === 'selectToken') this.follow.revealToken(session, message.token).catch((error: unknown) => this.notifier.error(error));
        else this.follow.revealSpan(session, message.span).catch((error: unknown) => this.notifier.error(error));
      },
    };
  }

  private panelState(kept: PanelResult | undefined): PanelState {
    const session = this.shown;
    const status = session?.status ?? { kind: 'idle' };
    const own = session?.result?.panel;
    const result = own === undefined ? kept : this.noted.of(own, this.nativeState());
    const { about } = this.chosen;
    return {
      status: status.kind === 'idle' && result !== undefined ? { kind: 'restored' } : status,
      ...(result === undefined ? {} : { result }),
      ...nextRun(this.settings, this.models),
      ...(about === undefined ? {} : { about }),
      ...(session?.selectedToken === undefined ? {} : { selectedToken: session.selectedToken }),
      details: session?.details ?? [],
      ...(session?.selectedSpan === undefined ? {} : { selectedSpan: session.selectedSpan }),
    };
  }
}

const ACTION_COMMANDS: Readonly<Record<Action, readonly [command: string, ...args: string[]]>> = {
  chooseModel: ['moeLens.chooseModel'],
  choosePolicy: ['moeLens.choosePolicy'],
  setUpNative: ['moeLens.setUpNative'],
  openSettings: ['workbench.action.openSettings', '@ext:moe-lens.moe-lens'],
  runAgain: ['moeLens.runAgain'],
  showLog: ['moeLens.showLog'],
};

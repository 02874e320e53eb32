/** The settings as they are now, with the paths made whole. */
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import type { ComparedSettings } from '../analysis/policyLabels.js';
import { memoryBudget } from '../base/memoryBudget.js';
import type { OpenParams } from '../protocol/engineApi.js';
import { backendSettings, codeLensEnabled, comparedSettings, expandPath, inlineSettings, memorySetting, modelFolders, modelSetting, policySetting, runSettings, SECTION, surprisalEnabled, type BackendSettings, type Get, type InlineSettings } from './settingsRules.js';

export interface RunChoice {
  readonly open: OpenParams;
  readonly policy: string;
  /** Whether surprisal is computed. */
  readonly surprisal: boolean;
}

export interface ModelChoice {
  readonly path: string;
  /** Whether `path` is the bundled demo checkpoint. */
  readonly isDemo: boolean;
}

export class Settings {
  /** @param installedNative the folder of the native library that the command has set up, if it is there */
  constructor(readonly demoModel: string, private readonly installedNative: () => string | undefined) {}

  /** What the next run uses. @throws a LensError that names the setting */
  run(): RunChoice {
    return { policy: runSettings(get()).policy, surprisal: surprisalEnabled(get()), open: this.open() };
  }

  /** The model and what computes it, whatever the policy. @throws E_SETTING_INVALID */
  open(): OpenParams {
    const { backend, nativeFolder } = this.backend();
    return { path: this.model().path, backend, nativeFolder: nativeFolder === '' ? (this.installedNative() ?? '') : nativeFolder, memory: this.memory() };
  }

  /** As they are set; an empty nativeFolder is none. @throws E_SETTING_INVALID */
  backend(): BackendSettings {
    const { backend, nativeFolder } = backendSettings(get());
    return { backend, nativeFolder: whole(nativeFolder) };
  }

  /** Bytes of memory that a run may take. @throws E_SETTING_INVALID */
  memory(): number {
    return memorySetting(get()) ?? memoryBudget();
  }

  /** @throws E_SETTING_INVALID */
  model(): ModelChoice {
    const model = modelSetting(get());
    return { path: model === '' ? this.demoModel : whole(model), isDemo: model === '' };
  }

  /** @throws E_POLICY_INVALID, E_SETTING_INVALID */
  policy(): string {
    return policySetting(get());
  }

  compared(): ComparedSettings {
    return comparedSettings(get());
  }

  inline(): InlineSettings {
    return inlineSettings(get());
  }

  hasCodeLens(): boolean {
    return codeLensEnabled(get());
  }

  folders(): readonly string[] {
    return modelFolders(get()).map(whole);
  }

  /** Sets a value where it is set now: in the workspace if it is there, else for the user. The default is set by taking it away. */
  async set(name: 'model' | 'policy', value: string): Promise<void> {
    const configuration = vscode.workspace.getConfiguration(SECTION);
    const inspected = configuration.inspect<string>(name);
    const inWorkspace = inspected?.workspaceValue !== undefined;
    const target = inWorkspace ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
    // in the workspace the default has to be written down: taken away, the user's own value would show through
    await configuration.update(name, value === inspected?.defaultValue && !inWorkspace ? undefined : value, target);
  }

  onDidChange(listener: (affects: (name: string) => boolean) => void): vscode.Disposable {
    return vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(SECTION)) listener((name) => event.affectsConfiguration(`${SECTION}.${name}`));
    });
  }
}

function whole(path: string): string {
  return expandPath(path, homedir(), vscode.workspace.workspaceFolders?.[0]?.uri.fsPath);
}

function get(): Get {
  const configuration = vscode.workspace.getConfiguration(SECTION);
  return (name) => configuration.get<unknown>(name);
}

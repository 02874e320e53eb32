/** What the next run uses, in words: for the status bar and the panel. */
import { basename } from 'node:path';
import { nextPolicyLabel } from '../analysis/policyLabels.js';
import type { ModelInfo } from '../trace/run.js';
import type { Settings } from './settings.js';
import { readable } from './settingsRules.js';

export interface NextRun {
  readonly modelName: string;
  readonly policyLabel: string;
}

/** Checkpoints that are known, by path. */
export interface KnownModels {
  modelAt(path: string): Pick<ModelInfo, 'name' | 'nativePolicy'> | undefined;
}

/** A setting that can't be used is said by the run itself; here it only must not break what is shown. */
export function nextRun(settings: Pick<Settings, 'model' | 'run'>, models: KnownModels): NextRun {
  const chosen = readable(() => settings.model());
  const run = readable(() => settings.run());
  const model = chosen === undefined ? undefined : models.modelAt(chosen.path);
  return {
    modelName: model?.name ?? (chosen === undefined ? 'No model' : chosen.isDemo ? 'Demo model' : basename(chosen.path)),
    policyLabel: run === undefined ? 'check settings' : nextPolicyLabel(run.policy, model?.nativePolicy),
  };
}

/** What the next run uses, in words: for the status bar and the panel. */
import { basename } from 'node:path';
import { nextPolicyLabel } from '../analysis/policyLabels.js';
import type { Runner } from './runner.js';
import type { Settings } from './settings.js';

export interface NextRun {
  readonly modelName: string;
  readonly policyLabel: string;
}

/** A setting that can't be used is said by the run itself; here it only must not break what is shown. */
export function nextRun(settings: Settings, runner: Runner): NextRun {
  try {
    const { open, policy, isDemo } = settings.run();
    const model = runner.modelAt(open.path);
    return { modelName: model?.name ?? (isDemo ? 'Demo model' : basename(open.path)), policyLabel: nextPolicyLabel(policy, model?.nativePolicy) };
  } catch {
    return { modelName: 'Check the settings', policyLabel: 'MoE Lens' };
  }
}

import { describe, expect, it } from 'vitest';
import { LensError } from '../../../src/base/errors.js';
import { nextRun } from '../../../src/host/nextRun.js';

const open = { path: '/models/olmoe', backend: 'auto', nativeFolder: '', memory: 2 ** 30 } as const;
const model = { path: open.path, isDemo: false };
const unopened = { modelAt: () => undefined };
const invalid = (): never => { throw new LensError('E_POLICY_INVALID', 'No.'); };

describe('what the next run uses', () => {
  it('is named by model and policy', () => {
    expect(nextRun({ model: () => model, run: () => ({ open, policy: 'top-k:2', surprisal: true }) }, unopened)).toEqual({ modelName: 'olmoe', policyLabel: 'Top-2' });
  });

  it('keeps the model\'s name when another setting can\'t be used', () => {
    expect(nextRun({ model: () => model, run: invalid }, unopened)).toEqual({ modelName: 'olmoe', policyLabel: 'check settings' });
    expect(nextRun({ model: invalid, run: invalid }, unopened)).toEqual({ modelName: 'No model', policyLabel: 'check settings' });
  });
});

import { describe, expect, it } from 'vitest';
import { LensError } from '../../../src/base/errors.js';
import { comparedSettings, expandPath, inlineSettings, memorySetting, modelFolders, modelSetting, namingModelSetting, policySetting, readable, runSettings, surprisalEnabled } from '../../../src/host/settingsRules.js';

const from = (values: Readonly<Record<string, unknown>>) => (name: string): unknown => values[name];

describe('settings', () => {
  it('have defaults: the demo model, its own policy, counts beside tokens', () => {
    expect(runSettings(from({}))).toEqual({ model: '', policy: 'native', backend: 'auto', nativeFolder: '' });
    expect(comparedSettings(from({}))).toEqual({ topK: 0, topP: 0.4 });
    expect(inlineSettings(from({}))).toEqual({ enabled: true, unit: 'token' });
    expect(modelFolders(from({}))).toEqual([]);
    expect([memorySetting(from({ memoryBudget: ' ' })), surprisalEnabled(from({}))]).toEqual([undefined, true]);
  });

  it.each([
    ['policy', { policy: 'top-p:2' }, 'E_POLICY_INVALID', runSettings],
    ['policy', { policy: 3 }, 'E_SETTING_INVALID', runSettings],
    ['backend', { backend: 'gpu' }, 'E_SETTING_INVALID', runSettings],
    ['model', { model: 1 }, 'E_SETTING_INVALID', runSettings],
    ['compare.topK', { 'compare.topK': 1.5 }, 'E_SETTING_INVALID', comparedSettings],
    ['compare.topP', { 'compare.topP': 0 }, 'E_SETTING_INVALID', comparedSettings],
    ['modelFolders', { modelFolders: 'x' }, 'E_SETTING_INVALID', modelFolders],
    ['inline.unit', { 'inline.unit': 'line' }, 'E_SETTING_INVALID', inlineSettings],
    ['memoryBudget', { memoryBudget: '100MB' }, 'E_SETTING_INVALID', memorySetting],
    ['memoryBudget', { memoryBudget: 4 }, 'E_SETTING_INVALID', memorySetting],
    ['surprisal', { surprisal: 'no' }, 'E_SETTING_INVALID', surprisalEnabled],
    ['inline.enabled', { 'inline.enabled': 'yes' }, 'E_SETTING_INVALID', inlineSettings],
  ] as const)('name moeLens.%s when %j makes no sense', (name, values, code, read) => {
    expect(() => read(from(values))).toThrow(expect.objectContaining({ code, message: expect.stringContaining(`moeLens.${name} `) as string }) as Error);
  });

  it('take an amount of memory, and say how one is written', () => {
    expect(memorySetting(from({ memoryBudget: '2GB' }))).toBe(2 ** 31);
    expect(() => memorySetting(from({ memoryBudget: '4' }))).toThrow(expect.objectContaining({ hint: expect.stringMatching(/at least 256MB, for example 4GB/) as string }) as Error);
  });

  it('are read one by one, so that one that makes no sense does not hide the others', () => {
    const get = from({ model: ' /m ', policy: 'top-q', backend: 'gpu' });
    expect(modelSetting(get)).toBe('/m');
    expect(readable(() => policySetting(get))).toBeUndefined();
    expect(() => readable(() => { throw new Error('a bug'); })).toThrow('a bug');
    expect(() => policySetting(from({ policy: 3 }))).toThrow(/^The setting moeLens\.policy can't be used: 3\.$/);
  });

  it('are named where their model is not there', () => {
    expect(namingModelSetting(new LensError('E_MODEL_NOT_FOUND', 'None.', 'Check the path.')).sentence).toBe('None. Check the setting moeLens.model, or choose another model.');
    expect(namingModelSetting(new LensError('E_NOT_MOE', 'Dense.', 'Choose another.')).hint).toBe('Choose another.');
  });

  it('may start paths with the home folder or be below the workspace', () => {
    expect(expandPath('~/models/a', '/home/me', '/ws')).toBe('/home/me/models/a');
    expect(expandPath('models/a', '/home/me', '/ws')).toBe('/ws/models/a');
    expect(expandPath('/models/a', '/home/me', '/ws')).toBe('/models/a');
    expect(expandPath('C:\\models', '/home/me', '/ws')).toBe('C:\\models');
    expect(expandPath('', '/home/me', '/ws')).toBe('');
  });
});

import { describe, expect, it } from 'vitest';
import { LensError } from '../../../src/base/errors.js';
import { ChosenModel } from '../../../src/host/chosenModel.js';
import type { OpenParams } from '../../../src/protocol/engineApi.js';
import type { ModelFacts } from '../../../src/trace/modelFacts.js';
import { makeRun } from './support/runs.js';

const factsOf = (path: string): ModelFacts => ({ model: { ...makeRun([[0, 1]], [[1]]).model, path, name: path.slice(1) }, budget: { backend: 'wasm', bytes: 1 }, fits: 'memory', tokenizer: 'BPE', chatTemplate: false });

/** An engine that answers when it is told to. */
function setUp(): { chosen: ChosenModel; choose: (path: string | undefined) => void; answer: () => void; asked: string[]; changes: () => number } {
  let path: string | undefined = '/a';
  let changes = 0;
  const asked: string[] = [];
  const waiting: (() => void)[] = [];
  const info = ({ path: wanted }: OpenParams): Promise<ModelFacts> => new Promise((resolve, reject) => {
    asked.push(wanted);
    waiting.push(() => { if (wanted === '/bad') reject(new LensError('E_NOT_MOE', 'It is dense.', 'Choose another.')); else resolve(factsOf(wanted)); });
  });
  const open = (): OpenParams => {
    if (path === undefined) throw new LensError('E_SETTING_INVALID', 'No.');
    return { path, backend: 'auto', nativeFolder: '', memory: 2 ** 30 };
  };
  return {
    chosen: new ChosenModel({ info }, { open }, () => { changes++; }),
    choose: (next) => { path = next; },
    answer: () => { for (const each of waiting.splice(0)) each(); },
    asked,
    changes: () => changes,
  };
}

describe('the chosen model', () => {
  it('is unknown until it was asked for, then told, and named for the policy\'s label', async () => {
    const { chosen, answer, changes } = setUp();
    expect(chosen.about).toBeUndefined();
    const read = chosen.read();
    answer();
    await read;
    expect(chosen.about).toEqual({ facts: factsOf('/a') });
    expect(chosen.modelAt('/a')?.name).toBe('a');
    expect(chosen.modelAt('/b')).toBeUndefined();
    expect(changes()).toBe(1);
  });

  it('is asked for once while the answer is under way, and anew after it', async () => {
    const { chosen, answer, asked } = setUp();
    const reads = [chosen.read(), chosen.read()];
    answer();
    await Promise.all(reads);
    const again = chosen.read();
    answer();
    await again;
    expect(asked).toEqual(['/a', '/a']);
  });

  it('is never the one that was chosen before, however late the answer comes', async () => {
    const { chosen, choose, answer } = setUp();
    const first = chosen.read();
    choose('/b');
    const second = chosen.read();
    answer();
    await Promise.all([first, second]);
    expect(chosen.about).toEqual({ facts: factsOf('/b') });
    choose('/c');
    expect(chosen.about).toBeUndefined();
  });

  it('may be one that can\'t be run: then why not', async () => {
    const { chosen, choose, answer } = setUp();
    choose('/bad');
    const read = chosen.read();
    answer();
    await read;
    expect(chosen.about).toEqual({ error: { code: 'E_NOT_MOE', message: 'It is dense.', hint: 'Choose another.' } });
    expect(chosen.modelAt('/bad')).toBeUndefined();
  });

  it('is none where a setting can\'t be used', async () => {
    const { chosen, choose, asked } = setUp();
    choose(undefined);
    await chosen.read();
    expect([chosen.about, asked]).toEqual([undefined, []]);
  });
});

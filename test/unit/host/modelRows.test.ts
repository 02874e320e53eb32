import { describe, expect, it } from 'vitest';
import { modelRows } from '../../../src/host/modelRows.js';
import type { Discovery, FoundModel } from '../../../src/protocol/engineApi.js';
import { makeRun } from './support/runs.js';

const model = (change: Partial<FoundModel>): FoundModel => ({ ...makeRun([[0, 1]], [[1]]).model, source: 'ollama', also: [], fits: 'memory', ...change });
const found: readonly FoundModel[] = [
  model({ name: 'olmoe:7b', path: '/blob', also: ['olmoe:latest'] }),
  model({ name: 'org/big', path: '/big', source: 'huggingface', fits: 'no', sharedExperts: 2, dtypes: ['Q4_K', 'F32'] }),
  model({ name: 'demo-model', path: '/demo', source: 'demo' }),
  model({ name: 'own', path: '/own/m', source: '/own' }),
];
const discovery: Discovery = { budget: { backend: 'wasm', bytes: 1 }, found, skipped: [{ name: 'llama', path: '/llama', source: 'huggingface', code: 'E_NOT_MOE', reason: 'It has no experts.' }] };

describe('the list of models', () => {
  it('has the demo first, then what was found place by place', () => {
    expect(modelRows(discovery, '').models.map(({ label }) => label)).toEqual(['demo-model (bundled demo)', 'Ollama', 'olmoe:7b', 'Hugging Face cache', '$(warning) org/big', '/own', 'own']);
  });

  it('says family, experts, size, quantisation, whether it fits, and where it is', () => {
    const rows = new Map(modelRows(discovery, '').models.map((row) => [row.label, row]));
    expect(rows.get('olmoe:7b')).toMatchObject({ path: '/blob', description: 'dynamic · 8 experts a layer · 1.0 M parameters', detail: '3.8 MiB, F32 · fits in memory · /blob · also olmoe:latest' });
    expect(rows.get('$(warning) org/big')).toMatchObject({ description: expect.stringContaining('8 experts a layer and 2 shared') as string, detail: expect.stringMatching(/Q4_K \+ F32 · does not fit/) as string });
  });

  it('marks the current one; one that was not found is there all the same', () => {
    const marked = (current: string | undefined): readonly string[] => modelRows(discovery, current).models.filter(({ description }) => description?.endsWith('(current)')).map(({ path }) => path ?? '-');
    expect([marked(''), marked('/blob'), marked('/elsewhere'), marked(undefined)]).toEqual([[''], ['/blob'], ['/elsewhere'], []]);
  });

  it('offers the demo even where it was not found', () => {
    expect(modelRows({ ...discovery, found: [] }, undefined).models).toMatchObject([{ kind: 'model', label: 'Demo model', path: '' }]);
  });

  it('says why the others were skipped', () => {
    expect(modelRows(discovery, '').skipped).toEqual([
      { kind: 'separator', label: 'Found, but can\'t be run' },
      { kind: 'skipped', label: '$(circle-slash) llama', description: 'E_NOT_MOE', detail: 'It has no experts. Hugging Face cache: /llama', reason: 'llama: It has no experts. (E_NOT_MOE)' },
    ]);
    expect(modelRows({ ...discovery, skipped: [] }, '').skipped).toEqual([]);
  });
});

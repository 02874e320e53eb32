import { describe, expect, it } from 'vitest';
import { isHostToPanel } from '../../../webview/messages.js';
import { wordsOf } from '../../../webview/views/aboutText.js';
import { notesOf } from '../../../webview/views/notes.js';
import { sampleFacts, sampleResult, sampleState } from './samples.js';

describe('the model of the next run', () => {
  it('is told in a line and in rows', () => {
    const words = wordsOf({ facts: sampleFacts() }, 'other');
    expect(words).toMatchObject({ name: 'demo', summary: expect.stringContaining('fits in memory') as string });
    expect(words.rows.map(({ name }) => name)).toContain('memory');
  });

  it('that can\'t be run has its error with what to do in their place', () => {
    expect(wordsOf({ error: { code: 'E_NOT_MOE', message: 'It is dense.', hint: 'Choose another.' } }, 'llama')).toEqual({
      name: 'llama', summary: 'can\u2019t be run', rows: [{ name: 'error', label: 'E_NOT_MOE', text: 'It is dense. Choose another.' }],
    });
  });

  it('is believed only as far as it can be drawn', () => {
    const message = (about: unknown): unknown => ({ type: 'state', state: { ...sampleState(), about } });
    expect([sampleFacts()].map((facts) => isHostToPanel(message({ facts })))).toEqual([true]);
    expect(isHostToPanel(message({ error: { code: 'E', message: 'm', hint: '' } }))).toBe(true);
    for (const other of [null, {}, { facts: {} }, { facts: { ...sampleFacts(), model: {} } }, { error: { code: 1 } }]) expect(isHostToPanel(message(other))).toBe(false);
  });
});

describe('the notes on a result', () => {
  it('are none for a model whose experts are all counted', () => {
    expect(notesOf({ model: { ...sampleResult().model, moeLayers: [0, 1, 2] } })).toEqual([]);
  });

  it('say what is not counted, what probabilities are, and that windows were used', () => {
    const model = { ...sampleResult().model, sharedExperts: 1, normalisedScores: true } as const;
    expect(notesOf({ model, windows: { length: 512, stride: 256, count: 3 } })).toEqual([
      { name: 'windows', text: expect.stringContaining('3 windows') as string },
      { name: 'beside', text: 'Not counted: 1 shared expert a layer, which every token uses; layer 1, which is dense.' },
      { name: 'scores', text: expect.stringContaining('sigmoid') as string },
    ]);
  });
});

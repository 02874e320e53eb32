import { describe, expect, it } from 'vitest';
import { budgetText, factRows, fitText, placeText, summaryText } from '../../../src/analysis/modelLabels.js';
import { besideText, denseLayers, expertsText, layersText, scoresText, shapeText } from '../../../src/analysis/modelShape.js';
import type { ModelFacts } from '../../../src/trace/modelFacts.js';
import { makeRun } from '../host/support/runs.js';

const plain = makeRun([[0, 1]], [[1], [1]]).model;
const deepseek = { ...plain, layers: 6, moeLayers: [3, 5], experts: 64, sharedExperts: 2, nativePolicy: 'top-k:6', activeParameters: 250_000, groupLimit: { groups: 8, kept: 4 }, normalisedScores: true } as const;
const facts = (change: Partial<ModelFacts> = {}): ModelFacts => ({ model: plain, budget: { backend: 'wasm', bytes: 2 ** 30 }, fits: 'memory', tokenizer: 'BPE', chatTemplate: true, ...change });
const row = (of: ModelFacts, name: string): string | undefined => factRows(of).find((each) => each.name === name)?.text;

describe('the facts of a checkpoint in words', () => {
  it('have a row each, every one with text', () => {
    expect(factRows(facts()).map(({ name }) => name)).toEqual(['family', 'parameters', 'active', 'layers', 'experts', 'policy', 'quantisation', 'size', 'memory', 'context', 'tokenizer', 'shape', 'path']);
    for (const { text, label } of factRows(facts())) expect([text, label]).not.toContain('');
  });

  it('tell what a token uses from what there is', () => {
    expect(row(facts({ model: deepseek }), 'active')).toBe('250 k by a token under Top-6, 25 %');
    expect(row(facts(), 'active')).toBe('depends on the text (Top-P 0.4)');
  });

  it('tell shared experts and dense layers from the others', () => {
    expect(row(facts({ model: deepseek }), 'layers')).toBe('6: 2 with experts, 4 dense (0 to 2, 4)');
    expect(row(facts({ model: deepseek }), 'experts')).toBe('64 a layer and 2 shared');
    expect(row(facts(), 'layers')).toBe('2, all with experts');
  });

  it('name what is particular: groups, a sigmoid router, a policy that allows no other', () => {
    expect(row(facts({ model: deepseek }), 'policy')).toBe('top-k:6 from the 4 best of 8 groups');
    expect(row(facts({ model: deepseek }), 'scores')).toContain('sigmoid');
    expect(row(facts({ model: { ...plain, nativeOnly: 'its mixer knows two picks.' } }), 'policy')).toBe('top-p:0.4, and no other: its mixer knows two picks.');
  });

  it('say whether it fits, into what', () => {
    expect(row(facts(), 'memory')).toBe('3.8 MiB for all weights as stored, 3.8 MiB as f32: fits in memory (budget 1.0 GiB, WebAssembly)');
    expect([fitText('disk'), fitText('no')]).toEqual([expect.stringContaining('disk'), expect.stringContaining('does not fit')]);
    expect(budgetText({ backend: 'tensorflow', bytes: 8 * 2 ** 30 })).toBe('budget 8.0 GiB, TensorFlow');
  });

  it('say of the tokenizer what is there, and that a template is not applied', () => {
    expect(row(facts(), 'tokenizer')).toBe('BPE, with a chat template (not applied: text is read as it is)');
    expect(row(facts({ tokenizer: null, chatTemplate: false }), 'tokenizer')).toMatch(/^none found, and without one/);
  });

  it('fit into a line', () => {
    expect(summaryText(facts())).toBe('dynamic, 1.0 M parameters, 8 experts a layer, F32, fits in memory');
    expect(summaryText({ model: deepseek, fits: 'no' })).toContain('64 experts a layer and 2 shared');
  });
});

describe('what is not counted', () => {
  it('is said of shared experts and of dense layers', () => {
    expect(besideText(deepseek)).toBe('Not counted: 2 shared experts a layer, which every token uses; layers 0 to 2, 4, which are dense.');
    expect(besideText({ layers: 2, moeLayers: [1], sharedExperts: 0 })).toBe('Not counted: layer 0, which is dense.');
    expect(besideText(plain)).toBeUndefined();
  });

  it('is told by index', () => {
    expect(denseLayers({ layers: 5, moeLayers: [1, 3] })).toEqual([0, 2, 4]);
    expect(layersText({ layers: 4, moeLayers: [2, 3] })).toBe('4: 2 with experts, 2 dense (0, 1)');
    expect([expertsText(plain), shapeText(plain)]).toEqual(['8 a layer', '2 MoE layers of 8 experts, 1.0 M parameters']);
    expect(shapeText(deepseek)).toBe('2 MoE layers of 64 experts and 2 shared, 4 dense layers, 1.0 M parameters');
  });
});

describe('a router that is no softmax', () => {
  it('is said to give shares, where it is one', () => {
    expect(scoresText(deepseek)).toMatch(/share of the sum of all scores/);
    expect(scoresText(plain)).toBeUndefined();
  });
});

describe('where a model was found', () => {
  it('is the name of the place, or the folder itself', () => {
    expect([placeText('ollama'), placeText('/data/models'), placeText('constructor')]).toEqual(['Ollama', '/data/models', 'constructor']);
  });
});

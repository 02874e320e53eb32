import { describe, expect, it } from 'vitest';
import { backendText, bigText, countText, fractionText, meanText, plural, surprisalText } from '../../../src/analysis/labels.js';
import { canonicalPolicy, comparedPolicies, nextPolicyLabel, policyPhrase } from '../../../src/analysis/policyLabels.js';

describe('labels', () => {
  it('round counts to one decimal and means to two', () => {
    expect([countText(1.25), countText(2), meanText(1.8349)]).toEqual(['1.3', '2.0', '1.83']);
  });

  it('write probabilities without the leading zero', () => {
    expect([0.214, 0, 1, 0.999, 0.001, Number.POSITIVE_INFINITY, null].map(fractionText)).toEqual(['.21', '0', '1', '1', '<.01', '–', '–']);
  });

  it('scale large numbers', () => {
    expect([bigText(950), bigText(12_340_000), bigText(6.9e9)]).toEqual(['950', '12.3 M', '6.9 G']);
  });

  it('name the backend with its threads', () => {
    expect(backendText({ name: 'tensorflow', version: '1', threads: 2 })).toBe('TensorFlow, 2 threads');
    expect(backendText({ name: 'wasm', version: '1', threads: 1 })).toBe('WebAssembly');
  });

  it('say what has no surprisal', () => {
    expect([surprisalText(null), surprisalText(Number.NaN), surprisalText(2.306)]).toEqual(['no surprisal', 'no surprisal', '2.31 nats']);
  });

  it('count in words', () => {
    expect([plural(1, 'token'), plural(2, 'token')]).toEqual(['1 token', '2 tokens']);
  });
});

describe('policies', () => {
  it('say whether they are native or simulated', () => {
    expect(policyPhrase({ concretePolicy: 'top-p:0.4', simulated: false })).toBe('Top-P 0.4 (native)');
    expect(policyPhrase({ concretePolicy: 'top-k:2', simulated: true })).toBe('Top-2 (simulated)');
    expect([nextPolicyLabel('native', undefined), nextPolicyLabel('native', 'top-k:8'), nextPolicyLabel('top-p:0.4', 'top-k:8')]).toEqual(['Native', 'Native (Top-8)', 'Top-P 0.4']);
  });

  it('have one spelling', () => {
    expect([canonicalPolicy(' top-p:.40 '), canonicalPolicy('top-k:2')]).toEqual(['top-p:0.4', 'top-k:2']);
  });

  it.each([
    ['top-p:0.4', 'native', 0, ['native', 'top-k:2']],
    ['top-p:0.4', 'native', 3, ['native', 'top-k:3']],
    ['top-k:8', 'native', 0, ['native', 'top-p:0.5']],
    ['top-p:0.4', 'top-p:0.7', 0, ['top-p:0.7', 'top-k:2']],
    ['top-p:0.4', 'top-k:1', 0, ['top-k:1', 'native']],
    ['top-k:8', 'top-p:0.7', 0, ['top-p:0.7', 'native']],
    ['top-k:8', 'top-p:0.7', 4, ['top-p:0.7', 'top-k:4']],
    ['top-k:8', 'top-k:2', 4, ['top-k:2', 'top-p:0.5']],
  ])('compared on a checkpoint of %s with %s chosen and K %i are %j', (native, chosen, topK, expected) => {
    expect(comparedPolicies(native, chosen, { topK, topP: 0.5 })).toEqual(expected);
  });
});

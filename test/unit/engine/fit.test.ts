import { describe, expect, it } from 'vitest';
import { expectedBudget, fitOf } from '../../../src/engine/fit.js';

describe('whether a model fits', () => {
  const budget = { backend: 'wasm', bytes: 100 } as const;

  it('is told from all its weights, and from the largest that has to be there as a whole', () => {
    expect([fitOf(100, 10, budget), fitOf(101, 100, budget), fitOf(1000, 101, budget)]).toEqual(['memory', 'disk', 'no']);
  });

  it('is told for the backend that a run would start', () => {
    expect(expectedBudget({ backend: 'wasm', nativeFolder: '', memory: 5 })).toEqual({ backend: 'wasm', bytes: 5 });
    expect(expectedBudget({ backend: 'native', nativeFolder: '', memory: 5 })).toEqual({ backend: 'tensorflow', bytes: 5 }); // not set up, perhaps: then a run says so
  });
});

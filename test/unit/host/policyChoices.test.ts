import { describe, expect, it } from 'vitest';
import { policyChoices, policyWarning } from '../../../src/host/policyChoices.js';

const EIGHT = { experts: 8 };
const SPARSE_MIXER = { experts: 16, nativeOnly: 'its mixer knows two picks only.' };

describe('the offered policies', () => {
  it('are none for a model to which only its own policy is faithful', () => {
    expect(policyChoices(SPARSE_MIXER)).toEqual({ topK: [], topP: [] });
    expect(policyWarning('top-p:0.4', SPARSE_MIXER)).toBe('A run would be refused: its mixer knows two picks only.');
    expect(policyWarning('native', SPARSE_MIXER)).toBeUndefined();
  });

  it('ask for no more experts than the checkpoint has', () => {
    expect(policyChoices({ experts: 4 }).topK).toEqual(['top-k:1', 'top-k:2', 'top-k:4']);
    expect(policyChoices({ experts: 8 }).topK).toContain('top-k:8');
    expect(policyChoices(undefined).topK).toContain('top-k:8');
    expect(policyChoices({ experts: 2 }).topP).toEqual(policyChoices(undefined).topP);
  });
});

describe('a policy that was typed', () => {
  it('is warned of when K is above the experts of a known checkpoint', () => {
    expect(policyWarning('top-k:9', EIGHT)).toBe("The model has 8 experts a layer: K can't be more.");
    expect(policyWarning('top-k:8', EIGHT)).toBeUndefined();
    expect(policyWarning('top-k:9', undefined)).toBeUndefined();
    expect([policyWarning('top-p:0.9', EIGHT), policyWarning('native', EIGHT)]).toEqual([undefined, undefined]);
  });
});

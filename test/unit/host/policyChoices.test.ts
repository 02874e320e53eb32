import { describe, expect, it } from 'vitest';
import { policyChoices, policyWarning } from '../../../src/host/policyChoices.js';

describe('the offered policies', () => {
  it('ask for no more experts than the checkpoint has', () => {
    expect(policyChoices(4).topK).toEqual(['top-k:1', 'top-k:2', 'top-k:4']);
    expect(policyChoices(8).topK).toContain('top-k:8');
    expect(policyChoices(undefined).topK).toContain('top-k:8');
    expect(policyChoices(2).topP).toEqual(policyChoices(undefined).topP);
  });
});

describe('a policy that was typed', () => {
  it('is warned of when K is above the experts of a known checkpoint', () => {
    expect(policyWarning('top-k:9', 8)).toBe("The model has 8 experts a layer: K can't be more.");
    expect(policyWarning('top-k:8', 8)).toBeUndefined();
    expect(policyWarning('top-k:9', undefined)).toBeUndefined();
    expect([policyWarning('top-p:0.9', 8), policyWarning('native', 8)]).toEqual([undefined, undefined]);
  });
});

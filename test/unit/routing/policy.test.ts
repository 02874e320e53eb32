import { describe, expect, it } from 'vitest';
import { isLensError } from '../../../src/base/errors.js';
import { formatPolicy, parsePolicy, policyLabel, samePolicy } from '../../../src/routing/policy.js';

describe('parsePolicy', () => {
  it.each([
    ['native', { kind: 'native' }],
    ['top-k:2', { kind: 'top-k', k: 2 }],
    [' top-p:0.4 ', { kind: 'top-p', p: 0.4 }],
    ['top-p:.5', { kind: 'top-p', p: 0.5 }],
    ['top-p:1.0', { kind: 'top-p', p: 1 }],
    ['Top-P 0.3', { kind: 'top-p', p: 0.3 }],
    ['TOP-K : 3', { kind: 'top-k', k: 3 }],
  ] as const)('reads %s', (text, policy) => {
    expect(parsePolicy(text)).toEqual(policy);
  });

  it.each(['', 'top-k', 'top-k:0', 'top-k:-1', 'top-k:1.5', 'top-k:1e3', 'top-p:0', 'top-p:1.1', 'top-p:NaN', 'top-p:', 'top-p:0x1', 'min-p:0.1', 'native:2', `top-k:${'9'.repeat(400)}`])(
    'refuses %j with E_POLICY_INVALID and says what is possible', (text) => {
      try {
        parsePolicy(text);
        expect.unreachable();
      } catch (error) {
        expect(isLensError(error, 'E_POLICY_INVALID')).toBe(true);
        expect(isLensError(error) ? error.sentence.length : Infinity).toBeLessThan(400);
        expect(isLensError(error) ? error.hint : '').toContain('top-k:K');
      }
    });

  it('round-trips with formatPolicy, and labels for people', () => {
    for (const text of ['native', 'top-k:8', 'top-p:0.35']) expect(formatPolicy(parsePolicy(text))).toBe(text);
    expect(policyLabel(parsePolicy('top-k:2'))).toBe('Top-2');
    expect(policyLabel(parsePolicy('top-p:0.40'))).toBe('Top-P 0.4');
    expect(samePolicy(parsePolicy('top-p:0.40'), parsePolicy('top-p:.4'))).toBe(true);
  });
});

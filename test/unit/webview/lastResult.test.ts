import { expect, it } from 'vitest';
import { wholeSnapshots } from '../../../webview/lastResult.js';
import { sampleResult, sampleState } from './samples.js';

const { result: _, ...rest } = sampleState();
const result = sampleResult();

it('a result that is not sent again stays, until the host sends another or none', () => {
  const whole = wholeSnapshots();
  expect(whole({ type: 'state', state: { ...rest, result } })?.result).toBe(result);
  expect(whole({ type: 'state', state: { ...rest, selectedToken: 1 }, sameResult: true })).toEqual({ ...rest, selectedToken: 1, result });
  const other = sampleResult();
  expect(whole({ type: 'state', state: { ...rest, result: other } })?.result).toBe(other);
  expect(whole({ type: 'state', state: rest })).toEqual(rest);
  expect(whole({ type: 'state', state: rest, sameResult: true })).toBeUndefined();
});

it('a result that never came is missed', () => {
  expect(wholeSnapshots()({ type: 'state', state: rest, sameResult: true })).toBeUndefined();
});

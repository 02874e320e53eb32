import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { golden, kind, kindNames, spansOf } from './kinds';

const LONG = ['lorem ipsum dolor sit amet '.repeat(185) + 'end.', 'y'.repeat(5000), '混合🙂é\r\n'.repeat(700), `${' '.repeat(3000)}x${'\n'.repeat(500)}`];

describe.each(kindNames)('%s', (name) => {
  it.each(golden.texts.map((text, i) => [JSON.stringify(text), text, i] as const))('gives the ids and spans of the reference for %s', (_, text, i) => {
    const [ids, spans] = golden.kinds[name].tokens[i];
    const encoding = kind(name).encode(text);
    expect([...encoding.ids]).toEqual(ids);
    if (spans.length > 0) expect(spansOf(encoding)).toEqual(spans);
  });

  it.each(LONG.map((text, i) => [text.length, text, i] as const))('gives the ids and spans of the reference for a line of %i characters', (_, text, i) => {
    const encoding = kind(name).encode(text);
    const digest = golden.kinds[name].long[i];
    const got = createHash('sha256').update(new Int32Array([...encoding.ids, ...spansOf(encoding)])).digest('hex');
    if (digest !== null) expect(got).toBe(digest);
    else expect(encoding.ids.length).toBeGreaterThan(0);
  });
});

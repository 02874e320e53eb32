/** The bundled model, held against PyTorch on its sample prompt (training/reference_trace.py), on both backends. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { demoModelPath } from '../../src/engine/demoModel.js';
import { Session } from '../../src/engine/session.js';
import { parsePolicy } from '../../src/routing/policy.js';
import { compareTrace, type Expected } from './compareTrace.js';

const FOLDER = join(import.meta.dirname, '../fixtures/demo');
const expected = JSON.parse(readFileSync(join(FOLDER, 'expected.json'), 'utf8')) as Expected;
const text = readFileSync(join(FOLDER, 'text.txt'), 'utf8');

describe.each(['native', 'wasm'] as const)('the demo model on %s', (backend) => {
  it.each(Object.keys(expected.policies))('agrees with PyTorch under %s', async (policy) => {
    const session = await Session.open({ path: demoModelPath(), backend, nativeFolder: '', memory: 2 ** 30 });
    try {
      expect(compareTrace(await session.trace(text, parsePolicy(policy), { full: true }), expected, policy)).toEqual([]);
    } finally {
      await session.close();
    }
  });

  it('gives counts that vary by token and by layer', async () => {
    const session = await Session.open({ path: demoModelPath(), backend, nativeFolder: '', memory: 2 ** 30 });
    try {
      const { layers, summary } = await session.trace(text, { kind: 'native' });
      for (const layer of layers) expect(new Set(Array.from({ length: layer.tokens }, (_, t) => layer.offsets[t + 1] - layer.offsets[t])).size, `layer ${layer.layer}`).toBeGreaterThan(1);
      expect(new Set(summary.perLayer.map((mean) => mean.toFixed(1))).size).toBeGreaterThan(2);
    } finally {
      await session.close();
    }
  });
});

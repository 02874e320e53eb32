/**
 * Every fixture checkpoint, every policy, both backends: token ids, spans, expert ids exact; numbers within 1e-3.
 * PARITY_FIXTURES names another folder of such fixtures.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Session } from '../../src/engine/session.js';
import { startHardware } from '../../src/model/machine.js';
import { parsePolicy } from '../../src/routing/policy.js';
import { compareTrace, type Expected } from './compareTrace.js';
import { lastLogits, worstLogit } from './lastLogits.js';

const CHECKPOINTS = process.env['PARITY_FIXTURES'] ?? join(import.meta.dirname, '../fixtures/checkpoints');
const LOGIT_TOLERANCE = 1e-3;

/** A GGUF is opened by its (first) file, everything else by its folder. */
const modelIn = (folder: string): string => join(folder, readdirSync(folder).sort().find((name) => name.endsWith('.gguf')) ?? '');

/** With weights as f32, as when all of them fit into memory; or as stored, as when they do not. */
async function openWith(form: 'widened' | 'stored', path: string, backend: 'native' | 'wasm'): Promise<{ readonly session: Session; readonly close: () => Promise<void> }> {
  const options = { path, backend, nativeFolder: '', memory: 2 ** 30 };
  const hardware = { ...(await startHardware(options)), settle: () => 0 };
  if (form === 'stored') hardware.memory.limit = 1;
  const session = await Session.open(options, hardware);
  hardware.memory.limit = options.memory;
  return { session, close: async () => { await session.close(); await hardware.close(); } };
}

for (const backend of ['native', 'wasm'] as const) {
  for (const name of readdirSync(CHECKPOINTS).filter((each) => readdirSync(join(CHECKPOINTS, each)).includes('expected.json'))) {
    const folder = join(CHECKPOINTS, name);
    const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Expected;
    describe(`${name} on ${backend}`, () => {
      let session: Session;
      let stored: Session;
      let close: () => Promise<unknown>;
      beforeAll(async () => {
        const first = await openWith('widened', modelIn(folder), backend);
        const second = await openWith('stored', modelIn(folder), backend);
        [session, stored] = [first.session, second.session];
        close = () => Promise.all([first.close(), second.close()]);
      });
      afterAll(async () => { await close(); });

      it('runs on the backend that was asked for, as the family it is', () => {
        expect(session.backend.name).toBe(backend === 'native' ? 'tensorflow' : 'wasm');
        expect(session.info).toMatchObject({ family: expected.model.family, layers: expected.model.layers, experts: expected.model.experts, moeLayers: expected.model.moeLayers });
      });

      it.each(Object.keys(expected.policies))('agrees with the reference under %s', async (policy) => {
        const text = readFileSync(join(folder, 'text.txt'), 'utf8');
        expect(compareTrace(await session.trace(text, parsePolicy(policy), { full: true }), expected, policy)).toEqual([]);
        expect(compareTrace(await stored.trace(text, parsePolicy(policy), { full: true }), expected, policy)).toEqual([]);
        const wanted = expected.policies[policy]?.lastLogits;
        if (wanted !== undefined) expect(worstLogit(await lastLogits(modelIn(folder), expected.tokens.map(({ id }) => id), parsePolicy(policy), backend), wanted)).toBeLessThan(LOGIT_TOLERANCE);
      });
    });
  }
}

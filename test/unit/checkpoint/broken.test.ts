import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../src/checkpoint/open.js';
import { BROKEN, lensErrorOf } from './helpers.js';

interface Case {
  readonly path: string;
  readonly why: string;
  readonly expect: string;
}

const cases = JSON.parse(readFileSync(join(BROKEN, 'broken.json'), 'utf8')) as readonly Case[];

/** Damage that only shows once the config is understood or the tokenizer is read: not this layer's. */
const LATER = ['st-missing-tensor', 'config-zero-experts', 'config-k-over-experts', 'not-moe', 'tokenizer-missing', 'tokenizer-vocab-too-big'];
const READS = ['ok', 'ok.gguf', 'st-nan-weights', ...LATER];

async function readEverything(path: string): Promise<number> {
  const checkpoint = await openCheckpoint(path);
  try {
    for (const { name, shape } of checkpoint.store.tensors.values()) await checkpoint.store.readFloat32(name, 0, shape.reduce((a, b) => a * b, 1));
    return checkpoint.store.tensors.size;
  } finally {
    await checkpoint.store.close();
  }
}

describe('deliberately broken checkpoints', () => {
  it.each(cases.filter((c) => !READS.includes(c.path)))('$path ($why) does not open: $expect', async ({ path, expect: code }) => {
    const error = await lensErrorOf(() => openCheckpoint(join(BROKEN, path)));
    expect(error.code, error.message).toBe(code);
    expect(error.message).not.toContain('\n');
    expect(error.message).toContain(path); // says which file
  });

  it.each([...LATER, 'ok', 'ok.gguf'])('%s opens and all its tensors can be read', async (path) => {
    await expect(readEverything(join(BROKEN, path))).resolves.toBeGreaterThan(8);
  });

  it('NaN weights open, and are refused when they are read', async () => {
    const error = await lensErrorOf(() => readEverything(join(BROKEN, 'st-nan-weights')));
    expect(error.code).toBe('E_WEIGHTS_NOT_FINITE');
    expect(error.message).toContain('"model.layers.0.mlp.gate.weight"');
  });

  it('the pickle was not executed', () => {
    expect(existsSync('PWNED')).toBe(false);
    expect(existsSync(join(BROKEN, 'pickle-only', 'PWNED'))).toBe(false);
  });
});

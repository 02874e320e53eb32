import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../../src/base/errors.js';
import { openCheckpoint, openCheckpointHeader } from '../../../../src/checkpoint/open.js';
import { BROKEN, expectCode } from '../helpers.js';

interface Case {
  readonly path: string;
  readonly why: string;
  readonly expect: ErrorCode | 'OK';
}

const cases = (JSON.parse(readFileSync(join(BROKEN, 'broken.json'), 'utf8')) as readonly Case[]).filter(({ path }) => path.endsWith('.gguf'));

describe('deliberately broken GGUF files', () => {
  it.each(cases.flatMap(({ path, why, expect: code }) => (code === 'OK' ? [] : [{ path, why, code }])))('$path ($why): $code', async ({ path, code }) => {
    for (const open of [openCheckpoint, openCheckpointHeader]) {
      const { message } = await expectCode(code, () => open(join(BROKEN, path)));
      expect(message).toContain(path);
      expect(message).not.toContain('\n');
    }
  });

  it('ok.gguf opens, and all its tensors can be read', async () => {
    const { store, config, format } = await openCheckpoint(join(BROKEN, 'ok.gguf'));
    expect(format).toBe('gguf');
    expect(config).toMatchObject({ 'general.architecture': 'olmoe', 'olmoe.expert_count': 2 });
    for (const { name, shape } of store.tensors.values()) {
      const count = shape.reduce((a, b) => a * b, 1);
      expect(await store.readFloat32(name, 0, count)).toHaveLength(count);
    }
    await store.close();
    expect(store.tensors.size).toBe(15);
  });
});

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MAX_ENTRIES, walk } from '../../../src/checkpoint/folderWalk.js';
import { temporaryFolder, writeCheckpoint } from './helpers.js';

const parent = temporaryFolder();
let folders = 0;

function newFolder(): string {
  const folder = join(parent, `f${folders++}`);
  mkdirSync(folder);
  return folder;
}

describe('walk', () => {
  it('stops after a bounded number of entries and says so', async () => {
    const root = newFolder();
    for (let i = 0; i < 30; i++) writeFileSync(join(root, `f${i}`), '');
    const sightings = await walk(root, undefined, 20);
    expect(sightings).toMatchObject([{ kind: 'problem', path: root, error: { message: `The search in ${root} stopped after 20 entries.` } }]);
    expect(await walk(root)).toEqual([]);
    expect(MAX_ENTRIES).toBeGreaterThan(1000);
  });

  it('visits a real folder once: by the first of its names', async () => {
    const root = newFolder();
    const real = await writeCheckpoint(join(root, 'm-real'));
    symlinkSync(real, join(root, 'a-link'));
    symlinkSync(root, join(real, 'up'));
    expect(await walk(root)).toEqual([{ kind: 'folder', name: 'a-link', path: join(root, 'a-link'), isSure: true }]);
  });

  it('calls a GGUF by its file, or by its folder as well where the file\'s name says nothing', async () => {
    const root = newFolder();
    mkdirSync(join(root, 'olmoe'));
    for (const name of ['model.gguf', 'ggml-model-Q4_K_M.gguf', 'modelled.gguf']) writeFileSync(join(root, 'olmoe', name), '');
    expect((await walk(root)).map(({ name }) => name)).toEqual(['olmoe/ggml-model-Q4_K_M', 'olmoe/model', 'modelled']);
  });

  it('does not look into a repository of Hugging Face\'s cache, and names it as a whole', async () => {
    const root = newFolder();
    mkdirSync(join(root, 'models--o--m', 'snapshots', 'c'), { recursive: true });
    const snapshot = await writeCheckpoint(join(root, 'models--o--m', 'snapshots', 'c'));
    await writeCheckpoint(join(snapshot, 'below'));
    expect(await walk(root)).toEqual([{ kind: 'folder', name: 'o/m', path: snapshot, isSure: true }]);
  });
});

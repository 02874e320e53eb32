import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { Tokenizer } from '../../../src/tokenizer/encoding';
import { loadTokenizer } from '../../../src/tokenizer/load';

/** A place for folders of this test file, gone after it. */
export function tempFolders(): (files: Readonly<Record<string, string | Uint8Array>>) => Promise<string> {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'moe-lens-tokenizer-'));
  });
  afterAll(async () => {
    await rm(root, { recursive: true });
  });
  return async (files) => {
    const folder = await mkdtemp(join(root, 'model-'));
    for (const [name, content] of Object.entries(files)) {
      await mkdir(join(folder, name, '..'), { recursive: true });
      await writeFile(join(folder, name), content);
    }
    return folder;
  };
}

/** The tokenizer of a folder that holds a checkpoint. */
export function loadFolder(path: string): Promise<Tokenizer> {
  return loadTokenizer({ format: 'safetensors', path, config: {} });
}

import { existsSync, mkdirSync, readdirSync, readlinkSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openGguf, openGgufHeader } from '../../../../src/checkpoint/gguf/openGguf.js';
import { expectCode, temporaryFolder } from '../helpers.js';
import { arrayEntry, entry, floats, gguf } from './writeGguf.js';

const root = temporaryFolder();

interface Part {
  readonly no: number;
  readonly count: number;
  readonly tensors: readonly string[];
  /** split.tensors.count */
  readonly promised?: number;
}

/** One file of a set, as llama.cpp's gguf-split writes it: the first has the metadata of the model. */
function part({ no, count, tensors, promised = 5 }: Part): Buffer {
  const model = no === 0 ? [entry('general.architecture', 'string', 'olmoe'), arrayEntry('tokens', 'string', new Array<string>(2000).fill('t'))] : [];
  const split = [entry('split.no', 'u16', no), entry('split.count', 'u16', count), entry('split.tensors.count', 'i32', promised)];
  return gguf({ entries: [...model, ...split], tensors: tensors.map((name) => floats(name, [2], [name.charCodeAt(0), no])) });
}

const nameOf = (no: number, count: number): string => `model-${String(no).padStart(5, '0')}-of-${String(count).padStart(5, '0')}.gguf`;

/** Three parts with the tensors a, b; c; d, e; of which `changed` are written instead. @returns their folder */
function set(name: string, changed: Readonly<Record<number, Buffer | undefined>> = {}): string {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  [['a', 'b'], ['c'], ['d', 'e']].forEach((tensors, no) => {
    const bytes = no in changed ? changed[no] : part({ no, count: 3, tensors });
    if (bytes !== undefined) writeFileSync(join(folder, nameOf(no + 1, 3)), bytes);
  });
  return folder;
}

/** Files of a folder that this process has open; on Linux only, elsewhere none are seen. */
function openIn(folder: string): readonly string[] {
  const fds = '/proc/self/fd';
  if (!existsSync(fds)) return [];
  return readdirSync(fds).flatMap((fd) => {
    try {
      return [readlinkSync(join(fds, fd))].filter((path) => path.startsWith(folder));
    } catch {
      return []; // closed since: the listing itself
    }
  });
}

describe('a GGUF model in several files', () => {
  it.each([1, 2, 3])('opens as a whole from part %i', async (no) => {
    const folder = set('whole');
    for (const open of [openGguf, openGgufHeader]) {
      const { metadata, arrayLengths, store, weightBytes, paths } = await open(join(folder, nameOf(no, 3)));
      expect(metadata['general.architecture']).toBe('olmoe');
      expect('tokens' in metadata).toBe(open === openGguf);
      expect(arrayLengths.get('tokens')).toBe(2000);
      expect(paths.map((path) => basename(path))).toEqual([nameOf(1, 3), nameOf(2, 3), nameOf(3, 3)]);
      expect(weightBytes).toBe(paths.reduce((n, path) => n + statSync(path).size, 0));
      expect([...store.tensors.keys()].sort()).toEqual(['a', 'b', 'c', 'd', 'e']);
      for (const [at, name] of ['a', 'b', 'c', 'd', 'e'].entries()) {
        expect([...(await store.readFloat32(name, 0, 2))]).toEqual([name.charCodeAt(0), [0, 0, 1, 2, 2][at]]);
      }
      await store.close();
      expect(openIn(folder)).toEqual([]);
    }
  });

  it('may have a first part without tensors, and names in capitals', async () => {
    const folder = set('bare', { 0: part({ no: 0, count: 3, tensors: [], promised: 3 }) });
    for (const no of [1, 2, 3]) renameSync(join(folder, nameOf(no, 3)), join(folder, nameOf(no, 3).toUpperCase().replace('MODEL', 'model')));
    const { store, metadata } = await openGguf(join(folder, nameOf(2, 3).toUpperCase().replace('MODEL', 'model')));
    await store.close();
    expect([...store.tensors.keys()]).toEqual(['c', 'd', 'e']);
    expect(metadata['general.architecture']).toBe('olmoe');
  });

  it.each([1, 2, 3])('without part %i is E_SHARD_MISSING and names it, from whichever other part', async (no) => {
    const folder = set(`missing ${no}`, { [no - 1]: undefined });
    for (const other of [1, 2, 3].filter((n) => n !== no)) {
      expect((await expectCode('E_SHARD_MISSING', () => openGguf(join(folder, nameOf(other, 3))))).message).toContain(nameOf(no, 3));
    }
    await expectCode('E_MODEL_NOT_FOUND', () => openGguf(join(folder, nameOf(no, 3))));
    expect(openIn(folder)).toEqual([]);
  });

  it.each([
    ['a part of another number', 'E_HEADER_INVALID', { 1: part({ no: 2, count: 3, tensors: ['c'] }) }],
    ['a part of another set', 'E_HEADER_INVALID', { 1: part({ no: 1, count: 4, tensors: ['c'] }) }],
    ['a whole model in the place of a part', 'E_HEADER_INVALID', { 2: gguf({ tensors: [floats('d', [1], [1])] }) }],
    ['a tensor that another part has', 'E_DUPLICATE_KEY', { 1: part({ no: 1, count: 3, tensors: ['a'] }) }],
    ['fewer tensors than the set has', 'E_TENSOR_MISSING', { 1: part({ no: 1, count: 3, tensors: [] }) }],
    ['a damaged part', 'E_GGUF_TRUNCATED', { 2: part({ no: 2, count: 3, tensors: ['d', 'e'] }).subarray(0, 60) }],
    ['an empty part', 'E_EMPTY', { 1: Buffer.alloc(0) }],
  ] as const)('with %s is %s, and no file stays open', async (name, code, changed) => {
    const folder = set(name, changed);
    const { message } = await expectCode(code, () => openGguf(join(folder, nameOf(1, 3))));
    expect(message).toContain(folder);
    expect(openIn(folder)).toEqual([]);
  });

  it('under names that do not say where the others are is E_SHARD_MISSING, and says how they have to be called', async () => {
    const folder = set('renamed');
    for (const name of ['sha256-abc', 'model.gguf', nameOf(2, 3), nameOf(1, 4)]) {
      rmSync(join(folder, name), { force: true });
      renameSync(join(set('renamed'), nameOf(1, 3)), join(folder, name));
      const { hint } = await expectCode('E_SHARD_MISSING', () => openGguf(join(folder, name)));
      expect(hint).toContain('-00001-of-00003.gguf');
    }
    expect(openIn(folder)).toEqual([]);
  });

  it.each([
    ['part 3 of 3 from 0 on', 'E_HEADER_INVALID', [entry('split.no', 'u16', 3), entry('split.count', 'u16', 3)]],
    ['a negative part', 'E_HEADER_INVALID', [entry('split.no', 'i32', -1), entry('split.count', 'u16', 3)]],
    ['a count that is no number', 'E_HEADER_INVALID', [entry('split.no', 'u16', 0), entry('split.count', 'string', '3')]],
    ['a count with a fraction', 'E_HEADER_INVALID', [entry('split.no', 'u16', 0), entry('split.count', 'f32', 2.5)]],
    ['60,000 parts', 'E_GGUF_LIMIT', [entry('split.no', 'u16', 0), entry('split.count', 'u16', 60_000)]],
  ] as const)('that claims %s is %s', async (name, code, entries) => {
    const path = join(root, `${name}-00001-of-00003.gguf`);
    writeFileSync(path, gguf({ entries }));
    await expectCode(code, () => openGguf(path));
  });

  it.each([[], [entry('split.count', 'u16', 0)], [entry('split.no', 'u16', 0), entry('split.count', 'u16', 1)]].map((entries) => ({ entries, n: entries.length })))('is one file when its metadata says so, whatever it is called ($n entries)', async ({ entries }) => {
    const path = join(root, `alone-${entries.length}-00001-of-00003.gguf`);
    writeFileSync(path, gguf({ entries, tensors: [floats('a', [1], [1])] }));
    const { store, paths } = await openGguf(path);
    await store.close();
    expect(paths).toEqual([path]);
    expect(store.tensors.size).toBe(1);
  });
});

describe('openGguf', () => {
  it('says what is wrong with a path', async () => {
    await expectCode('E_MODEL_NOT_FOUND', () => openGguf(join(root, 'none.gguf')));
    await expectCode('E_UNREADABLE', () => openGguf(root));
  });
});

import { execFileSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isMissing, MAX_READ_BYTES, openFile, readFully, readSmallText } from '../../../src/checkpoint/files.js';
import { expectCode, MemoryFile, temporaryFolder } from './helpers.js';

const folder = temporaryFolder();

describe('readFully', () => {
  it('never asks for more than 64 MiB at once, and for every byte once', async () => {
    const asked: (readonly [offset: number, length: number, position: number])[] = [];
    const source = {
      read: (_target: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }> => {
        asked.push([offset, length, position]);
        return Promise.resolve({ bytesRead: length });
      },
    };
    await readFully(source, 'x', new Uint8Array(2 * MAX_READ_BYTES + 5), 100);
    expect(MAX_READ_BYTES).toBe(64 * 2 ** 20);
    expect(asked).toEqual([[0, MAX_READ_BYTES, 100], [MAX_READ_BYTES, MAX_READ_BYTES, MAX_READ_BYTES + 100], [2 * MAX_READ_BYTES, 5, 2 * MAX_READ_BYTES + 100]]);
  });

  it('goes on after a short read, and says when the file became shorter', async () => {
    const bytes = Uint8Array.from({ length: 50 }, (_, i) => i);
    const memory = new MemoryFile(bytes);
    const slow = { read: (t: Uint8Array, o: number, l: number, p: number) => memory.read(t, o, Math.min(l, 7), p) };
    const target = new Uint8Array(40);
    await readFully(slow, 'x', target, 3);
    expect(target).toEqual(bytes.subarray(3, 43));
    await expectCode('E_UNREADABLE', () => readFully(slow, 'x', new Uint8Array(48), 3));
  });
});

describe('openFile', () => {
  it('refuses a folder and a pipe without opening them', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await expectCode('E_UNREADABLE', () => openFile(pipe));
    await expectCode('E_UNREADABLE', () => openFile(folder));
  });

  it('says of a link in a circle that it can not be read, and leaves "missing" to the caller', async () => {
    const circle = join(folder, 'circle');
    symlinkSync(circle, circle);
    await expectCode('E_UNREADABLE', () => openFile(circle));
    await expect(openFile(join(folder, 'none'))).rejects.toSatisfy(isMissing);
    await expect(openFile('a\0b')).rejects.toSatisfy(isMissing);
  });
});

describe('readSmallText', () => {
  it('drops a byte order mark, refuses what is too large or not UTF-8', async () => {
    const path = join(folder, 'text');
    writeFileSync(path, '\ufeffhé');
    expect(await readSmallText(path, 10, 'E_CONFIG_INVALID')).toBe('hé');
    await expectCode('E_CONFIG_INVALID', () => readSmallText(path, 5, 'E_CONFIG_INVALID'));
    writeFileSync(path, Uint8Array.of(0xc3));
    await expectCode('E_INDEX_INVALID', () => readSmallText(path, 10, 'E_INDEX_INVALID'));
  });
});

/** Takes TensorFlow's C++ libraries, its C headers and its licence notices out of the tensorflow-cpu wheel. */
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPromise, type Entry } from 'yauzl';
import type { SetupProgress } from '../protocol/setupApi.js';
import { LIBRARIES } from './place.js';

const HEADER_FOLDERS = ['tensorflow/c/', 'tensorflow/tsl/c/', 'tensorflow/core/platform/', 'tensorflow/tsl/platform/', 'tsl/c/', 'tsl/platform/'];

/** Where a member of the wheel goes; undefined for what isn't needed. */
export function placeInStore(name: string): string | undefined {
  const inside = name.replace(/^tensorflow\//, '');
  if (LIBRARIES.some((library) => library === inside)) return `lib/${inside}`;
  if (inside === 'THIRD_PARTY_NOTICES.txt') return inside;
  const header = inside.replace(/^include\//, '');
  return inside.endsWith('.h') && HEADER_FOLDERS.some((folder) => header.startsWith(folder)) ? inside : undefined;
}

export async function unpackWheel(wheel: string, folder: string, report: (progress: SetupProgress) => void, signal?: AbortSignal): Promise<void> {
  const archive = await openPromise(wheel, { lazyEntries: true, autoClose: false });
  try {
    const wanted: { readonly entry: Entry; readonly place: string }[] = [];
    for await (const entry of archive.eachEntry()) {
      const place = placeInStore(entry.fileName);
      if (place !== undefined) wanted.push({ entry, place });
    }
    const total = wanted.reduce((sum, { entry }) => sum + entry.uncompressedSize, 0);
    let done = 0;
    for (const { entry, place } of wanted) {
      const target = join(folder, place);
      mkdirSync(dirname(target), { recursive: true });
      const source = await archive.openReadStreamPromise(entry);
      source.on('data', (chunk: Buffer) => {
        done += chunk.length;
        report({ stage: 'Unpacking TensorFlow', done, total });
      });
      await pipeline(source, createWriteStream(target), signal === undefined ? {} : { signal });
    }
  } finally {
    archive.close();
  }
}

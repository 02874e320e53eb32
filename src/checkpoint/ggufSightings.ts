import { join } from 'node:path';
import { LensError } from '../base/errors.js';
import { isCompanion, parseGgufName, unfinishedGguf } from './ggufNames.js';
import type { Sighting } from './sighting.js';

/**
 * The models among the GGUF files of one folder: one that is split over several files is told once, by its first; what
 * is missing of it, or was not fetched to its end, is told as a problem.
 * @param names what the folder contains
 * @param nameOf what a model is called, from the stem of its file
 */
export function ggufSightings(folder: string, names: readonly string[], nameOf: (stem: string) => string): readonly Sighting[] {
  const sightings: Sighting[] = [];
  const present = new Set(names);
  const told = new Set<string>();
  for (const file of names) {
    const path = join(folder, file);
    const unfinished = unfinishedGguf(file);
    if (unfinished !== undefined && !present.has(unfinished) && !isCompanion(unfinished)) {
      sightings.push({ kind: 'problem', name: nameOf(parseGgufName(unfinished)?.stem ?? unfinished), path, error: new LensError('E_MODEL_NOT_FOUND', `The download of ${unfinished} did not finish.`, 'Let it finish, or fetch it again.') });
    }
    const parsed = parseGgufName(file);
    if (parsed === undefined || isCompanion(file)) continue;
    const { stem, part } = parsed;
    if (part === undefined || part.index === 1) {
      sightings.push({ kind: 'gguf', name: nameOf(stem), path });
      continue;
    }
    const first = file.replace(/\d{5}(-of-\d{5}\.gguf)$/i, '00001$1');
    if (present.has(first) || told.has(first)) continue;
    told.add(first);
    sightings.push({ kind: 'problem', name: nameOf(stem), path, error: new LensError('E_SHARD_MISSING', `${join(folder, first)} is missing: ${file} is a later part of it.`, 'The download is incomplete: fetch the model again.') });
  }
  return sightings;
}

import type { Sighting } from '../sighting.js';
import type { Around } from './surroundings.js';

/** Where a program keeps the models that it fetched. */
export interface Place {
  /** Named in what discovery finds: "ollama". */
  readonly source: string;
  /** What looks like a checkpoint there, by names alone; nothing when the program was never used. @throws E_CANCELLED only */
  readonly sightings: (around: Around, signal?: AbortSignal) => Promise<readonly Sighting[]>;
}

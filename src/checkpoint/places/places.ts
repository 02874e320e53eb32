import { huggingFace } from './huggingFace.js';
import { llamaCpp } from './llamaCpp.js';
import { lmStudio } from './lmStudio.js';
import { ollama } from './ollama.js';
import type { Place } from './place.js';

/** Every place that is looked at, in this order: a file that two of them share is told where it is met first. A new one is a file beside this and a line here. */
export const PLACES: readonly Place[] = [huggingFace, ollama, lmStudio, llamaCpp];

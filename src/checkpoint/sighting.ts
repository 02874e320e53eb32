import type { LensError } from '../base/errors.js';

/** Something on disk that looks like a checkpoint, not opened yet; or what went wrong where one was looked for. */
export type Sighting =
  | {
    readonly kind: 'folder';
    readonly name: string;
    readonly path: string;
    /** False where the folder may hold something else: any program can have a config.json. */
    readonly isSure: boolean;
  }
  | {
    readonly kind: 'gguf';
    readonly name: string;
    /** The file, or the first of several. */
    readonly path: string;
    /** Other names of the same file. */
    readonly also?: readonly string[];
  }
  | { readonly kind: 'problem'; readonly name: string; readonly path: string; readonly error: LensError };

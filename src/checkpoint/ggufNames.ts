import { basename } from 'node:path';

/** What the name of a .gguf file says. */
export interface GgufName {
  /** Without the part number and the ending: what the model is called. */
  readonly stem: string;
  /** Which part of how many; absent for a model in one file. */
  readonly part?: { readonly index: number; readonly of: number };
}

/** Undefined for the name of any other file. Source of the part numbers: llama.cpp, llama_split_path ("%s-%05d-of-%05d.gguf"). */
export function parseGgufName(path: string): GgufName | undefined {
  const match = /^(.*?)(?:-(\d{5})-of-(\d{5}))?\.gguf$/i.exec(basename(path));
  if (match === null) return undefined;
  const [, stem = '', index, of] = match;
  return index === undefined || of === undefined ? { stem } : { stem, part: { index: Number(index), of: Number(of) } };
}

/** Files that go with a model but are none: what turns images into embeddings, and what guided a quantisation. */
export function isCompanion(name: string): boolean {
  return /(?:^|[-_.])(?:mmproj|imatrix)(?:[-_.]|$)/i.test(name);
}

/** A file that a download leaves behind until it is done: llama.cpp's, LM Studio's, and those of browsers. */
export function unfinishedGguf(name: string): string | undefined {
  const match = /^(?:downloading_)?(.+\.gguf)\.(?:downloadInProgress|part|incomplete|crdownload|aria2|tmp)$/i.exec(name);
  return match?.[1];
}

/** The quantisation at the end of a file's stem, as people write it into names: Q4_K_M, UD-IQ2_XXS, BF16, MXFP4_MOE. */
export function quantisationOf(stem: string): string | undefined {
  return /[-_.]((?:UD-)?(?:I?Q\d\w*|BF16|F16|F32|MXFP4\w*))$/i.exec(stem)?.[1];
}

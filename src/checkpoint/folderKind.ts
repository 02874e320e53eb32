import { CONFIG_NAME } from './configFile.js';
import { INDEX_NAME } from './shardIndex.js';
import { isPickleName, SINGLE_NAME } from './weightFiles.js';

/**
 * What the names in a folder say of it: `checkpoint` (safetensors under their usual names), `weights` (a config.json with
 * other weights), `config` (a config.json alone, which may be any program's), or nothing. GGUF files are models of
 * their own (ggufSightings.ts).
 */
export type FolderKind = 'checkpoint' | 'weights' | 'config';

export function folderKind(names: readonly string[]): FolderKind | undefined {
  if (names.includes(SINGLE_NAME) || names.includes(INDEX_NAME)) return 'checkpoint';
  if (!names.includes(CONFIG_NAME)) return undefined;
  return names.some((name) => name.endsWith('.safetensors') || isPickleName(name)) ? 'weights' : 'config';
}

import { promises as fs, type Dirent } from 'node:fs';
import { join, sep } from 'node:path';
import { throwIfCancelled } from '../../base/abort.js';
import { LensError, toLensError } from '../../base/errors.js';
import { isMissing, readSmallText, unreadable } from '../files.js';
import { isJsonObject, quote } from '../jsonValue.js';
import type { Sighting } from '../sighting.js';
import type { Place } from './place.js';
import type { Around } from './surroundings.js';

/** A manifest has a handful of layers, some hundred bytes each; those of models kept tensor by tensor some thousand. */
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
/** Manifests of one store that are read. */
const MAX_MANIFESTS = 10_000;
/** manifests/HOST/NAMESPACE/MODEL/TAG */
const MANIFEST_DEPTH = 4;
const MODEL_LAYER = 'application/vnd.ollama.image.model';
/** What `ollama list` leaves out of a name. Source: ollama, types/model/name.go, DisplayShortest. */
const DEFAULT_HOST = 'registry.ollama.ai';
const DEFAULT_NAMESPACE = 'library';
/** Where the service keeps its models on Linux: it runs as a user of its own. */
const SERVICE_STORE = '/usr/share/ollama/.ollama/models';

/** Ollama's models: manifests that name blobs, of which one is a GGUF. */
export const ollama: Place = {
  source: 'ollama',
  sightings: async (around, signal) => {
    const found: Sighting[] = [];
    for (const store of new Set(ollamaStores(around))) found.push(...(await storeSightings(store, signal)));
    return found;
  },
};

/** The folders that may hold Ollama's models, whether or not they exist. */
export function ollamaStores({ platform, paths, home, value }: Around): readonly string[] {
  const chosen = value('OLLAMA_MODELS');
  return [...(chosen === undefined ? [] : [chosen]), paths.join(home, '.ollama', 'models'), ...(platform === 'linux' ? [SERVICE_STORE] : [])];
}

/** Whether a folder with these names in it is a store of Ollama's. */
export function isOllamaStore(names: readonly string[]): boolean {
  return names.includes('manifests') && names.includes('blobs');
}

/**
 * What a store offers, each blob once, under the first of its names with the others behind it. Nothing outside the store is
 * read: digests are checked before they become file names, links among the manifests are not followed.
 * @throws E_CANCELLED only: what can't be read is a problem among the others
 */
export async function storeSightings(store: string, signal?: AbortSignal): Promise<readonly Sighting[]> {
  const byBlob = new Map<string, { readonly names: string[]; readonly path: string }>();
  const problems: Sighting[] = [];
  for (const manifest of await manifestsIn(join(store, 'manifests'))) {
    throwIfCancelled(signal);
    if ('kind' in manifest) {
      problems.push(manifest);
      continue;
    }
    try {
      const path = await blobOf(store, manifest.path);
      const known = byBlob.get(path);
      if (known === undefined) byBlob.set(path, { names: [manifest.name], path });
      else known.names.push(manifest.name);
    } catch (error) {
      problems.push({ kind: 'problem', ...manifest, error: toLensError(error) });
    }
  }
  return [...[...byBlob.values()].map(({ names: [name = '', ...also], path }) => ({ kind: 'gguf', name, path, also }) as const), ...problems];
}

interface Manifest {
  readonly name: string;
  readonly path: string;
}

/** The manifests below a folder, by name; none when it does not exist. A folder that can't be read is one problem, and the search goes on. */
async function manifestsIn(root: string): Promise<readonly (Manifest | Sighting)[]> {
  const found: (Manifest | Sighting)[] = [];
  const visit = async (folder: string, parts: readonly string[]): Promise<void> => {
    for (const entry of await entriesOf(folder, found)) {
      if (found.length >= MAX_MANIFESTS) return;
      const [path, inside] = [join(folder, entry.name), [...parts, entry.name]];
      if (entry.isDirectory() && inside.length < MANIFEST_DEPTH) await visit(path, inside);
      else if (entry.isFile() && inside.length === MANIFEST_DEPTH) found.push({ name: displayName(inside), path });
      else if (entry.isSymbolicLink()) found.push({ kind: 'problem', name: inside.join('/'), path, error: new LensError('E_PATH', `${path} is a link; Ollama makes none.`, 'Nothing outside its folder is read.') });
    }
  };
  await visit(root, []);
  return found;
}

/** What is in a folder, in order, hidden entries left out; why it can't be read goes to `problems`. */
async function entriesOf(folder: string, problems: (Manifest | Sighting)[]): Promise<readonly Dirent[]> {
  try {
    return (await fs.readdir(folder, { withFileTypes: true })).filter((entry) => !entry.name.startsWith('.')).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (!isMissing(error)) problems.push({ kind: 'problem', name: folder, path: folder, error: unreadable(error, folder) });
    return [];
  }
}

/** "qwen3:30b", "someone/model:latest", "hf.co/org/repo:Q4_K_M" */
function displayName([host = '', namespace = '', model = '', tag = '']: readonly string[]): string {
  const prefix = host !== DEFAULT_HOST ? `${host}/${namespace}/` : namespace !== DEFAULT_NAMESPACE ? `${namespace}/` : '';
  return `${prefix}${model}:${tag}`;
}

/**
 * The blob with the weights that a manifest names.
 * @throws E_INDEX_INVALID (no manifest, or a digest that is none), E_WEIGHTS_MISSING (a model that runs elsewhere, or is kept
 *   in another form than GGUF), E_SHARD_MISSING, E_PATH, E_UNREADABLE
 */
async function blobOf(store: string, manifest: string): Promise<string> {
  const digest = digestOf(await readSmallText(manifest, MAX_MANIFEST_BYTES, 'E_INDEX_INVALID'), manifest);
  const blobs = join(store, 'blobs');
  const path = join(blobs, digest.replace(':', '-'));
  try {
    const [real, realBlobs] = [await fs.realpath(path), await fs.realpath(blobs)];
    if (!real.startsWith(realBlobs + sep)) throw new LensError('E_PATH', `${path} leads out of ${store}.`, 'Nothing outside its folder is read.');
    return path;
  } catch (error) {
    if (!isMissing(error)) throw unreadable(error, path);
    throw new LensError('E_SHARD_MISSING', `${path} is missing.`, 'Its download is incomplete: pull the model again.', { cause: error });
  }
}

function digestOf(text: string, manifest: string): string {
  const invalid = (why: string): LensError => new LensError('E_INDEX_INVALID', `${manifest} ${why}.`, 'The manifest is damaged: pull the model again.');
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw invalid('is not valid JSON');
  }
  const layers = isJsonObject(parsed) ? parsed['layers'] : undefined;
  if (!Array.isArray(layers)) throw invalid('has no list of layers');
  const layer = layers.find((each: unknown) => isJsonObject(each) && each['mediaType'] === MODEL_LAYER) as unknown;
  if (!isJsonObject(layer)) throw new LensError('E_WEIGHTS_MISSING', `${manifest} names no GGUF.`, 'The model runs elsewhere, or is kept in a form that only Ollama reads.');
  const digest = layer['digest'];
  if (typeof digest !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(digest)) throw invalid(`has the digest ${quote(digest)}, which is not sha256: and 64 hexadecimal digits`);
  return digest;
}

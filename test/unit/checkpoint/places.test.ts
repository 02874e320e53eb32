/** Where programs keep models, on each system, and what is seen in made-up trees of them. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hubCacheFolder } from '../../../src/checkpoint/places/huggingFace.js';
import { llamaCacheFolder, llamaCpp } from '../../../src/checkpoint/places/llamaCpp.js';
import { lmStudio, lmStudioFolders } from '../../../src/checkpoint/places/lmStudio.js';
import { ollama, ollamaStores, storeSightings } from '../../../src/checkpoint/places/ollama.js';
import { PLACES } from '../../../src/checkpoint/places/places.js';
import { around, type Around } from '../../../src/checkpoint/places/surroundings.js';
import type { Sighting } from '../../../src/checkpoint/sighting.js';
import { expectCode, temporaryFolder, writeCheckpoint, writeHubRepo, writeOllamaModel } from './helpers.js';

const root = temporaryFolder();
let homes = 0;

const on = (platform: NodeJS.Platform, env: Readonly<Record<string, string>>, home?: string): Around => around({ platform, env, ...(home === undefined ? {} : { home }) });

function newHome(): string {
  const home = join(root, `home-${homes++}`);
  mkdirSync(home);
  return home;
}

function write(path: string, content: string | Buffer = 'GGUF'): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

const brief = (sightings: readonly Sighting[]): string[] => sightings.map((sighting) => `${sighting.kind} ${sighting.name}${sighting.kind === 'problem' ? ` ${sighting.error.code}` : ''}`);

describe('the folder of Hugging Face\'s cache', () => {
  const all = { HF_HUB_CACHE: '/1', HUGGINGFACE_HUB_CACHE: '/2', HF_HOME: '/3', XDG_CACHE_HOME: '/4', HOME: '/home/a' };

  it('is the first that a variable names and that is not empty', () => {
    expect(hubCacheFolder(on('linux', all))).toBe('/1');
    expect(hubCacheFolder(on('linux', { ...all, HF_HUB_CACHE: '' }))).toBe('/2');
    expect(hubCacheFolder(on('linux', { HF_HOME: '/3', XDG_CACHE_HOME: '/4', HOME: '/h' }))).toBe('/3/hub');
    expect(hubCacheFolder(on('darwin', { XDG_CACHE_HOME: '/4', HOME: '/h' }))).toBe('/4/huggingface/hub');
  });

  it('is below the home folder otherwise, on every system', () => {
    expect(hubCacheFolder(on('linux', { HOME: '/home/a' }))).toBe('/home/a/.cache/huggingface/hub');
    expect(hubCacheFolder(on('darwin', { HOME: '/Users/a' }))).toBe('/Users/a/.cache/huggingface/hub');
    expect(hubCacheFolder(on('win32', { USERPROFILE: 'C:\\Users\\a' }))).toBe('C:\\Users\\a\\.cache\\huggingface\\hub');
    expect(hubCacheFolder(on('linux', { HOME: '/home/a' }, '/given'))).toBe('/given/.cache/huggingface/hub');
  });

  it('may begin with ~ in a variable', () => {
    expect(hubCacheFolder(on('linux', { HF_HUB_CACHE: '~/models', HOME: '/home/a' }))).toBe('/home/a/models');
    expect(hubCacheFolder(on('win32', { HF_HOME: '~\\hf', USERPROFILE: 'C:\\Users\\a' }))).toBe('C:\\Users\\a\\hf\\hub');
    expect(hubCacheFolder(on('linux', { HF_HUB_CACHE: '~other', HOME: '/home/a' }))).toBe('~other');
  });
});

describe('the folders of the other programs', () => {
  it('of Ollama: what OLLAMA_MODELS names, the home folder\'s, and the service\'s on Linux', () => {
    expect(ollamaStores(on('linux', { OLLAMA_MODELS: '/data/o', HOME: '/home/a' }))).toEqual(['/data/o', '/home/a/.ollama/models', '/usr/share/ollama/.ollama/models']);
    expect(ollamaStores(on('darwin', { HOME: '/Users/a' }))).toEqual(['/Users/a/.ollama/models']);
    expect(ollamaStores(on('win32', { USERPROFILE: 'C:\\Users\\a', OLLAMA_MODELS: 'D:\\o' }))).toEqual(['D:\\o', 'C:\\Users\\a\\.ollama\\models']);
  });

  it('of llama.cpp: what LLAMA_CACHE names, else the system\'s folder for caches', () => {
    expect(llamaCacheFolder(on('linux', { LLAMA_CACHE: '/l', HOME: '/home/a' }))).toBe('/l');
    expect(llamaCacheFolder(on('linux', { HOME: '/home/a' }))).toBe('/home/a/.cache/llama.cpp');
    expect(llamaCacheFolder(on('linux', { HOME: '/home/a', XDG_CACHE_HOME: '/x' }))).toBe('/x/llama.cpp');
    expect(llamaCacheFolder(on('darwin', { HOME: '/Users/a' }))).toBe('/Users/a/Library/Caches/llama.cpp');
    expect(llamaCacheFolder(on('win32', { USERPROFILE: 'C:\\Users\\a', LOCALAPPDATA: 'C:\\Users\\a\\AppData\\Local' }))).toBe('C:\\Users\\a\\AppData\\Local\\llama.cpp');
    expect(llamaCacheFolder(on('win32', { USERPROFILE: 'C:\\Users\\a' }))).toBeUndefined();
  });

  it('of LM Studio: below the home that its pointer names, and where it usually is', async () => {
    const home = newHome();
    expect(await lmStudioFolders(on('darwin', {}, home))).toEqual([join(home, '.cache/lm-studio/models'), join(home, '.lmstudio/models')]);
    expect(await lmStudioFolders(on('win32', {}, 'C:\\Users\\a'))).toEqual(['C:\\Users\\a\\.cache\\lm-studio\\models', 'C:\\Users\\a\\.lmstudio\\models']);
    write(join(home, '.lmstudio-home-pointer'), `${join(home, 'elsewhere')}\n`);
    write(join(home, 'elsewhere/settings.json'), JSON.stringify({ downloadsFolder: join(home, 'downloads') }));
    expect(await lmStudioFolders(on('linux', {}, home))).toEqual([join(home, 'elsewhere/models'), join(home, 'downloads'), join(home, '.cache/lm-studio/models'), join(home, '.lmstudio/models')]);
  });

  it.each(['', 'relative/path', '\0', '{'])('of LM Studio: a pointer with %j says nothing', async (pointer) => {
    const home = newHome();
    write(join(home, '.lmstudio-home-pointer'), pointer);
    expect(await lmStudioFolders(on('linux', {}, home))).toHaveLength(2);
  });
});

describe('every place', () => {
  // not as on Linux: there the store of a service, outside of any home, may be on the machine that runs the tests
  it.each(PLACES.map((place) => [place.source, place] as const))('%s is empty, and no problem, for a program that was never used', async (_, place) => {
    for (const platform of ['darwin', 'win32'] as const) expect(await place.sightings(around({ platform, env: {}, home: join(root, 'nobody') }))).toEqual([]);
  });
});

describe('Ollama\'s store', () => {
  it('tells each blob once, under its first name, whatever the host and namespace', async () => {
    const home = newHome();
    const store = join(home, '.ollama/models');
    const blob = await writeOllamaModel(store, ['registry.ollama.ai', 'library', 'qwen3', '30b'], 'GGUF a');
    await writeOllamaModel(store, ['registry.ollama.ai', 'library', 'qwen3', 'latest'], 'GGUF a');
    await writeOllamaModel(store, ['registry.ollama.ai', 'someone', 'olmoe', 'latest'], 'GGUF b');
    await writeOllamaModel(store, ['hf.co', 'org', 'repo', 'Q4_K_M'], 'GGUF c');
    const found = await ollama.sightings(on('darwin', {}, home));
    expect(brief(found)).toEqual(['gguf hf.co/org/repo:Q4_K_M', 'gguf qwen3:30b', 'gguf someone/olmoe:latest']);
    expect(found).toContainEqual({ kind: 'gguf', name: 'qwen3:30b', path: blob, also: ['qwen3:latest'] });
  });

  it('says of every other manifest why it names no model, and goes on', async () => {
    const store = join(newHome(), 'o');
    const manifest = (model: string, content: unknown): string => write(join(store, 'manifests/registry.ollama.ai/library', model, 'latest'), typeof content === 'string' ? content : JSON.stringify(content));
    const layers = (digest: unknown): unknown => ({ layers: [{ mediaType: 'application/vnd.ollama.image.model', digest }] });
    mkdirSync(join(store, 'blobs'), { recursive: true });
    manifest('a-text', 'not json');
    manifest('b-empty', {});
    manifest('c-cloud', { layers: [] });
    manifest('d-digest', layers('sha256:../../../../etc/passwd'));
    manifest('e-missing', layers(`sha256:${'0'.repeat(64)}`));
    manifest('f-large', ' '.repeat(5 * 2 ** 20));
    const outside = write(join(store, '../outside.gguf'));
    symlinkSync(outside, join(store, 'blobs', `sha256-${'1'.repeat(64)}`));
    manifest('g-outside', layers(`sha256:${'1'.repeat(64)}`));
    symlinkSync(dirname(outside), join(store, 'manifests/registry.ollama.ai/library/h-link'));
    await writeOllamaModel(store, ['registry.ollama.ai', 'library', 'good', 'latest'], 'GGUF');
    expect(brief(await storeSightings(store)).sort()).toEqual([
      'gguf good:latest', 'problem a-text:latest E_INDEX_INVALID', 'problem b-empty:latest E_INDEX_INVALID', 'problem c-cloud:latest E_WEIGHTS_MISSING', 'problem d-digest:latest E_INDEX_INVALID',
      'problem e-missing:latest E_SHARD_MISSING', 'problem f-large:latest E_INDEX_INVALID', 'problem g-outside:latest E_PATH', 'problem registry.ollama.ai/library/h-link E_PATH',
    ]);
  });

  it('ends with E_CANCELLED when it is cancelled', async () => {
    const store = join(newHome(), 'o');
    await writeOllamaModel(store, ['registry.ollama.ai', 'library', 'm', 'latest'], 'GGUF');
    await expectCode('E_CANCELLED', () => storeSightings(store, AbortSignal.abort()));
  });
});

describe('the folders of LM Studio and llama.cpp', () => {
  it('hold GGUF files by publisher and model, and checkpoints with safetensors', async () => {
    const home = newHome();
    const models = join(home, '.lmstudio/models');
    write(join(models, 'pub/olmoe-GGUF/olmoe-Q4_K_M.gguf'));
    write(join(models, 'pub/olmoe-GGUF/mmproj-olmoe-F16.gguf'));
    write(join(models, 'pub/half/downloading_qwen3.gguf.part'));
    for (const part of [1, 2]) write(join(models, `pub/big/big-0000${part}-of-00002.gguf`));
    write(join(models, 'pub/later/later-00002-of-00002.gguf'));
    await writeCheckpoint(join(models, 'pub/mlx'));
    expect(brief(await lmStudio.sightings(on('darwin', {}, home)))).toEqual([
      'gguf big', 'problem qwen3 E_MODEL_NOT_FOUND', 'problem later E_SHARD_MISSING', 'folder mlx', 'gguf olmoe-Q4_K_M',
    ]);
  });

  it('hold GGUF files side by side, whose etags and manifests are no models', async () => {
    const cache = join(newHome(), '.cache/llama.cpp');
    write(join(cache, 'org_repo_m-Q8_0.gguf'));
    write(join(cache, 'org_repo_m-Q8_0.gguf.json'), '{}');
    write(join(cache, 'manifest=org=repo=latest.json'), '{}');
    write(join(cache, 'x.gguf.downloadInProgress'));
    expect(brief(await llamaCpp.sightings(on('linux', { LLAMA_CACHE: cache }, root)))).toEqual(['gguf org_repo_m-Q8_0', 'problem x E_MODEL_NOT_FOUND']);
  });
});

describe('Hugging Face\'s cache', () => {
  const [huggingFace] = PLACES;

  it('offers the checkpoint of a repository and each of its GGUF files, also those of earlier commits', async () => {
    const home = newHome();
    const hub = join(home, '.cache/huggingface/hub');
    await writeHubRepo(hub, 'org/both');
    write(join(hub, 'models--org--both/snapshots/older/both-Q8_0.gguf'));
    write(join(hub, 'models--org--quants/refs/main'), 'c1');
    write(join(hub, 'models--org--quants/snapshots/c1/config.json'), '{}');
    write(join(hub, 'models--org--quants/snapshots/c1/Q4_K_M/m-Q4_K_M-00001-of-00002.gguf'));
    write(join(hub, 'models--org--quants/snapshots/c1/Q4_K_M/m-Q4_K_M-00002-of-00002.gguf'));
    write(join(hub, 'models--org--quants/snapshots/c1/odd.gguf'));
    expect(brief(await huggingFace.sightings(on('linux', {}, home)))).toEqual(['folder org/both', 'gguf org/both:Q8_0', 'gguf org/quants/odd', 'gguf org/quants:Q4_K_M']);
  });

  it('is the same where files are copies, not links, as on Windows', async () => {
    const hub = join(newHome(), 'hub');
    await writeCheckpoint(join(hub, 'models--org--copied/snapshots/abc'));
    expect(brief(await huggingFace.sightings(on('linux', { HF_HUB_CACHE: hub }, root)))).toEqual(['folder org/copied']);
  });
});

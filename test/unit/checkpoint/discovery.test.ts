import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LensError } from '../../../src/base/errors.js';
import { discover, type DiscoverOptions, type Discovery as DiscoveryOf } from '../../../src/checkpoint/discovery.js';
import { openCheckpointHeader } from '../../../src/checkpoint/open.js';
import { BROKEN, CONFIG, expectCode, float32, safetensors, temporaryFolder, writeCheckpoint, writeHubRepo, writeOllamaModel } from './helpers.js';

const root = temporaryFolder();
let homes = 0;

/** A home folder of its own for each test. */
function newHome(): { readonly home: string; readonly hub: string } {
  const home = join(root, `home-${homes++}`);
  const hub = join(home, '.cache', 'huggingface', 'hub');
  mkdirSync(hub, { recursive: true });
  return { home, hub };
}

interface Facts {
  readonly family: string;
  readonly experts: number;
  readonly weightBytes: number;
}
type Discovery = DiscoveryOf<Facts>;

/** Opens a checkpoint as far as its headers; what is no MoE model has no number of experts. */
async function inspect(path: string): Promise<Facts> {
  const { config, store, weightBytes } = await openCheckpointHeader(path);
  await store.close();
  const family = String(config['model_type'] ?? config['general.architecture']);
  const experts = config['num_experts'] ?? config[`${family}.expert_count`];
  if (typeof experts !== 'number') throw new LensError('E_NOT_MOE', 'It has no experts.', 'Choose another.');
  return { family, experts, weightBytes };
}

const at = (home: string, change: Partial<DiscoverOptions<Facts>> = {}): DiscoverOptions<Facts> => ({ home, env: {}, platform: 'darwin', folders: [], inspect, ...change });
const run = (home: string, folders: readonly string[] = [], signal?: AbortSignal): Promise<Discovery> => discover(at(home, { folders }), signal);
const found = ({ found }: Discovery): readonly string[] => found.map((m) => m.name);
const skipped = ({ skipped }: Discovery): readonly string[] => skipped.map((m) => `${m.name}: ${m.code}`);

describe('discover in Hugging Face\'s cache', () => {
  it('finds snapshots behind links, with name, path, family, experts and size', async () => {
    const { home, hub } = newHome();
    const snapshot = await writeHubRepo(hub, 'org/model');
    expect(await run(home)).toEqual({
      found: [{ name: 'org/model', path: snapshot, source: 'huggingface', also: [], facts: { family: 'olmoe', experts: 4, weightBytes: safetensors({ a: float32(1, 2, 3) }).length } }],
      skipped: [],
    });
  });

  it('says of every other repository why it was skipped', async () => {
    const { home, hub } = newHome();
    const repo = async (name: string, change: (snapshot: string) => void): Promise<void> => change(await writeHubRepo(hub, name));
    await repo('o/config-only', (s) => rmSync(join(s, 'model.safetensors')));
    await repo('o/dense', (s) => replace(join(s, 'config.json'), '{"model_type":"llama"}'));
    await repo('o/gguf', (s) => { rmSync(join(s, 'config.json')); rmSync(join(s, 'model.safetensors')); writeFileSync(join(s, 'm.gguf'), 'GGUF'); });
    await repo('o/lfs', (s) => replace(join(s, 'model.safetensors'), 'version https://git-lfs.github.com/spec/v1'));
    await repo('o/no-config', (s) => rmSync(join(s, 'config.json')));
    await repo('o/nothing', (s) => rmSync(s, { recursive: true }));
    await repo('o/pickle', (s) => { rmSync(join(s, 'model.safetensors')); writeFileSync(join(s, 'pytorch_model.bin'), 'x'); });
    await repo('o/unfinished', (s) => rmSync(join(s, '..', '..', 'blobs', 'oid-model.safetensors')));
    mkdirSync(join(hub, 'datasets--o--data'));
    mkdirSync(join(hub, '.locks'));
    const result = await run(home);
    expect(result.found).toEqual([]);
    expect(skipped(result)).toEqual([
      'o/config-only: E_WEIGHTS_MISSING', 'o/dense: E_NOT_MOE', 'o/gguf/m: E_GGUF_TRUNCATED', 'o/lfs: E_HEADER_LENGTH', 'o/no-config: E_CONFIG_MISSING', 'o/nothing: E_MODEL_NOT_FOUND',
      'o/pickle: E_PICKLE', 'o/unfinished: E_SHARD_MISSING',
    ]);
    expect(result.skipped[1]).toEqual({ name: 'o/dense', path: join(hub, 'models--o--dense/snapshots/c0ffee'), source: 'huggingface', code: 'E_NOT_MOE', reason: 'It has no experts. Choose another.' });
  });

  it('is where the environment says', async () => {
    const { home } = newHome();
    await writeHubRepo(join(home, 'elsewhere', 'hub'), 'org/model');
    expect(found(await discover(at(home, { env: { HF_HOME: '~/elsewhere' } })))).toEqual(['org/model']);
  });

  it('need not exist', async () => {
    expect(await run(join(root, 'no-home'))).toEqual({ found: [], skipped: [] });
  });
});

describe('discover in named folders', () => {
  it('finds the folder itself and what is up to three levels below, not deeper', async () => {
    const { home } = newHome();
    const models = await writeCheckpoint(join(home, 'models'));
    await writeCheckpoint(join(models, 'one'));
    await writeCheckpoint(join(models, 'org', 'two', 'three'));
    await writeCheckpoint(join(models, 'org', 'two', 'three', 'four'));
    const result = await run(home, [models]);
    expect(found(result)).toEqual(['models', 'one', 'three']);
    expect(new Set(result.found.map(({ source }) => source))).toEqual(new Set([models]));
  });

  it('takes a file for its folder, and finds Hugging Face layouts below a folder', async () => {
    const { home } = newHome();
    const model = await writeCheckpoint(join(home, 'm', 'model'));
    await writeHubRepo(join(home, 'copy', 'hub'), 'org/copied');
    expect(found(await run(home, [join(model, 'config.json'), join(home, 'copy'), join(home, 'copy', 'hub', 'models--org--copied')]))).toEqual(['model', 'org/copied']);
  });

  it('tells a checkpoint once, however many ways lead to it', async () => {
    const { home, hub } = newHome();
    const snapshot = await writeHubRepo(hub, 'org/model');
    const models = join(home, 'models');
    const real = await writeCheckpoint(join(models, 'b-real'));
    symlinkSync(real, join(models, 'a-link'));
    symlinkSync(snapshot, join(models, 'hub-link'));
    const result = await run(home, [models, models, `${models}/`, real]);
    expect(found(result)).toEqual(['org/model', 'a-link']);
    expect(result.skipped).toEqual([]);
  });

  it('comes back from links in circles', async () => {
    const { home } = newHome();
    const models = join(home, 'models');
    await writeCheckpoint(join(models, 'sub', 'model'));
    symlinkSync('..', join(models, 'sub', 'up'));
    symlinkSync(models, join(models, 'sub', 'model', 'top'));
    symlinkSync('self', join(models, 'self'));
    symlinkSync('nowhere', join(models, 'sub', 'dangling'));
    expect(await run(home, [models])).toMatchObject({ found: [{ name: 'model' }], skipped: [] });
  });

  it('says what is broken below, and goes on', async () => {
    const { home } = newHome();
    const result = await run(home, [BROKEN]);
    const foundHere = result.found.map(({ path }) => basename(path));
    // what depends on the family's own reading of config and tensors is not judged here
    expect(foundHere).toEqual(['config-k-over-experts', 'config-zero-experts', 'ok', 'ok.gguf', 'st-missing-tensor', 'st-nan-weights', 'tokenizer-missing', 'tokenizer-vocab-too-big']);
    const cases = JSON.parse(readFileSync(join(BROKEN, 'broken.json'), 'utf8')) as readonly { path: string; expect: string }[];
    const expected = cases.filter(({ path }) => !foundHere.includes(path)).map(({ path, expect: code }) => `${path}: ${code}`);
    expect(result.skipped.map(({ path, code }) => `${basename(path)}: ${code}`).sort()).toEqual(expected.sort());
  });

  it('tells GGUF files by what their metadata says, a split one once', async () => {
    const { home } = newHome();
    const models = join(home, 'models');
    mkdirSync(models);
    for (const name of ['a.gguf', 'mmproj-a.gguf', 'b-00001-of-00002.gguf', 'b-00002-of-00002.gguf']) writeFileSync(join(models, name), readFileSync(join(BROKEN, 'ok.gguf')));
    writeFileSync(join(models, 'c.gguf'), 'GGUF');
    writeFileSync(join(models, 'config.json'), '{"model_type":"olmoe"}'); // beside GGUFs it is theirs
    const result = await run(home, [models, join(models, 'a.gguf')]);
    expect(found(result)).toEqual(['a', 'b']);
    expect(skipped(result)).toEqual(['c: E_GGUF_TRUNCATED']);
  });

  it('finds the stores of Ollama below a folder, as copied from another machine', async () => {
    const { home } = newHome();
    const store = join(home, 'copy/ollama/models');
    const blob = await writeOllamaModel(store, ['registry.ollama.ai', 'library', 'olmoe', '7b'], readFileSync(join(BROKEN, 'ok.gguf')));
    expect((await run(home, [join(home, 'copy')])).found).toMatchObject([{ name: 'olmoe:7b', path: blob, source: join(home, 'copy') }]);
  });

  it('refuses a named file that is no checkpoint', async () => {
    const { home } = newHome();
    writeFileSync(join(home, 'notes.txt'), 'x');
    expect(skipped(await run(home, [join(home, 'notes.txt')]))).toEqual(['notes.txt: E_FORMAT_UNSUPPORTED']);
  });

  it('is silent about a config.json of something else, hidden folders and node_modules, and says that nothing was found', async () => {
    const { home } = newHome();
    const work = join(home, 'work');
    for (const d of ['app', '.venv/m', 'node_modules/m']) mkdirSync(join(work, d), { recursive: true });
    writeFileSync(join(work, 'app', 'config.json'), '{"port":8080}');
    await writeCheckpoint(join(work, '.venv', 'm'));
    await writeCheckpoint(join(work, 'node_modules', 'm'));
    expect(await run(home, [work])).toEqual({ found: [], skipped: [{ name: 'work', path: work, source: work, code: 'E_MODEL_NOT_FOUND', reason: expect.stringContaining('No checkpoint was found') as string }] });
  });

  it('tells a config of a model that has no weights yet', async () => {
    const { home } = newHome();
    mkdirSync(join(home, 'm'));
    writeFileSync(join(home, 'm', 'config.json'), JSON.stringify(CONFIG));
    expect(skipped(await run(home, [join(home, 'm')]))).toEqual(['m: E_WEIGHTS_MISSING']);
  });

  it('says that a named folder does not exist', async () => {
    const { home } = newHome();
    expect(skipped(await run(home, [join(home, 'gone'), `a\0b`]))).toEqual(['gone: E_MODEL_NOT_FOUND', expect.stringMatching(/b: E_MODEL_NOT_FOUND$/)]);
  });

  it('says which folder and which config may not be read, and goes on', async () => {
    const { home } = newHome();
    const models = join(home, 'models');
    await writeCheckpoint(join(models, 'good'));
    const locked = await writeCheckpoint(join(models, 'locked'));
    const secret = await writeCheckpoint(join(models, 'secret'));
    const circle = await writeCheckpoint(join(models, 'circle'));
    rmSync(join(circle, 'config.json'));
    symlinkSync('config.json', join(circle, 'config.json'));
    chmodSync(locked, 0);
    chmodSync(join(secret, 'config.json'), 0);
    onTestFinished(() => chmodSync(locked, 0o700));
    const result = await asOneBoundBy(locked, () => run(home, [models]));
    expect(found(result)).toEqual(['good']);
    expect(skipped(result)).toEqual(['circle: E_UNREADABLE', 'locked: E_UNREADABLE', 'secret: E_UNREADABLE']);
  });
});

describe('discover', () => {
  it('looks into all places, and tells what two of them share where it is met first', async () => {
    const { home, hub } = newHome();
    await writeHubRepo(hub, 'org/model');
    const gguf = readFileSync(join(BROKEN, 'ok.gguf'));
    const blob = await writeOllamaModel(join(home, '.ollama/models'), ['registry.ollama.ai', 'library', 'm', 'latest'], gguf);
    for (const folder of ['.lmstudio/models/p/m', 'Library/Caches/llama.cpp']) mkdirSync(join(home, folder), { recursive: true });
    symlinkSync(blob, join(home, '.lmstudio/models/p/m/m.gguf')); // as programs that bridge the two make it
    writeFileSync(join(home, 'Library/Caches/llama.cpp/own.gguf'), gguf);
    const result = await run(home, [home]);
    expect(result.found.map(({ name, source }) => `${source}: ${name}`)).toEqual(['huggingface: org/model', 'ollama: m:latest', 'llama.cpp: own']);
    expect(result.skipped).toEqual([]);
  });

  it('tells how far it is, to the end', async () => {
    const { home } = newHome();
    for (const name of ['a', 'b', 'c']) await writeCheckpoint(join(home, 'm', name));
    const steps: string[] = [];
    await discover(at(home, { folders: [join(home, 'm')], onProgress: (done, total) => { steps.push(`${done}/${total}`); } }));
    expect(steps).toEqual(['0/3', '1/3', '2/3', '3/3']);
  });

  it('reads headers, not weights: a checkpoint of 1 TB takes no time', async () => {
    const { home } = newHome();
    const folder = await writeCheckpoint(join(home, 'huge'));
    const bytes = 1e12;
    const header = JSON.stringify({ a: { dtype: 'BF16', shape: [bytes / 2], data_offsets: [0, bytes] } });
    const prefix = Buffer.alloc(8);
    prefix.writeBigUInt64LE(BigInt(header.length));
    writeFileSync(join(folder, 'model.safetensors'), Buffer.concat([prefix, Buffer.from(header)]));
    truncateSync(join(folder, 'model.safetensors'), 8 + header.length + bytes);
    expect((await run(home, [folder])).found).toMatchObject([{ facts: { weightBytes: 8 + header.length + bytes } }]);
  });

  it('takes well under 2 seconds (of processor time: other programs do not count) for 200 checkpoints', async () => {
    const { home, hub } = newHome();
    const tensors = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`model.layers.${i}.mlp.experts.0.up_proj.weight`, float32(i)]));
    const weights = safetensors(tensors);
    for (let i = 0; i < 100; i++) {
      await writeHubRepo(hub, `org/m${i}`);
      writeFileSync(join(hub, `models--org--m${i}`, 'blobs', 'oid-model.safetensors'), weights);
      writeFileSync(join(await writeCheckpoint(join(home, 'models', `v${i % 10}`, `n${i}`)), 'model.safetensors'), weights);
    }
    const before = process.cpuUsage();
    const result = await run(home, [join(home, 'models')]);
    const { user, system } = process.cpuUsage(before);
    expect([result.found.length, result.skipped.length]).toEqual([200, 0]);
    expect((user + system) / 1e6).toBeLessThan(2);
  });

  it('ends with E_CANCELLED when it is cancelled, before or during', async () => {
    const { home } = newHome();
    const folder = await writeCheckpoint(join(home, 'm'));
    await expectCode('E_CANCELLED', () => run(home, [folder], AbortSignal.abort()));
    const controller = new AbortController();
    await writeCheckpoint(join(folder, 'n'));
    const cancelling = (path: string): Promise<Facts> => {
      controller.abort();
      return inspect(path);
    };
    await expectCode('E_CANCELLED', () => discover(at(home, { folders: [folder, `${folder}/n`, home], inspect: cancelling }), controller.signal));
  });

  it('an inspection that fails in an unforeseen way loses one checkpoint, not the others', async () => {
    const { home } = newHome();
    await writeCheckpoint(join(home, 'm', 'bad'), { model_type: 'bad' });
    await writeCheckpoint(join(home, 'm', 'good'));
    const failing = (path: string): Promise<Facts> => (path.endsWith('bad') ? Promise.reject(new TypeError('oops')) : inspect(path));
    const result = await discover(at(home, { folders: [join(home, 'm')], inspect: failing }));
    expect([found(result), skipped(result)]).toEqual([['good'], ['bad: E_INTERNAL']]);
  });
});

/** Replaces a snapshot file, not the blob behind it. */
function replace(path: string, content: string): void {
  rmSync(path);
  writeFileSync(path, content);
}

/** Permissions usually do not bind root, as which containers often run: then this process is nobody for the time of `work`. */
async function asOneBoundBy<T>(locked: string, work: () => Promise<T>): Promise<T> {
  if (!canList(locked)) return work();
  chmodSync(root, 0o755);
  process.seteuid?.(65534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

function canList(folder: string): boolean {
  try {
    readdirSync(folder);
    return true;
  } catch {
    return false;
  }
}

import { createHash } from 'node:crypto';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { LensError, type ErrorCode } from '../../../src/base/errors.js';
import type { ByteSource } from '../../../src/checkpoint/files.js';

export const BROKEN = join(import.meta.dirname, '../../fixtures/broken');

/** A folder that is removed when the file's tests are over; to be called outside a test. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'moe-lens-checkpoint-')));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface TestTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** safetensors bytes, made without the code under test. `length` overrides the header length field. */
export function safetensors(tensors: Readonly<Record<string, TestTensor>>, length?: bigint): Buffer {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } };
  let offset = 0;
  for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype, shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  return withHeader(JSON.stringify(header), Buffer.concat(Object.values(tensors).map((t) => t.data)), length);
}

export function withHeader(header: string | Buffer, data: Uint8Array, length?: bigint): Buffer {
  const json = Buffer.from(header);
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(length ?? BigInt(json.length));
  return Buffer.concat([prefix, json, data]);
}

export function float32(...values: readonly number[]): TestTensor {
  return { dtype: 'F32', shape: [values.length], data: new Uint8Array(Float32Array.from(values).buffer) };
}

/** Bytes in memory as a file; counts what was asked for. */
export class MemoryFile implements ByteSource {
  bytesAsked = 0;

  constructor(readonly bytes: Uint8Array) {}

  read(target: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }> {
    this.bytesAsked += length;
    const part = this.bytes.subarray(position, position + length);
    target.set(part, offset);
    return Promise.resolve({ bytesRead: part.length });
  }
}

/** The LensError that `work` ends in; fails on success and on any other error. */
export async function lensErrorOf(work: () => unknown): Promise<LensError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof LensError) return error;
    throw error;
  }
  throw new Error('no error was thrown');
}

export async function expectCode(code: ErrorCode, work: () => unknown): Promise<LensError> {
  const error = await lensErrorOf(work);
  expect(error.code, error.message).toBe(code);
  return error;
}

export const CONFIG = { model_type: 'olmoe', num_experts: 4 };

/** A checkpoint folder that opens: config.json and a model.safetensors with one tensor. */
export async function writeCheckpoint(folder: string, config: object = CONFIG): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  await writeFile(join(folder, 'model.safetensors'), safetensors({ a: float32(1, 2, 3) }));
  return folder;
}

/**
 * A checkpoint as Hugging Face's cache has it: snapshot files are links into blobs.
 * @returns the snapshot's folder
 */
export async function writeHubRepo(hub: string, repo: string, { commit = 'c0ffee', ref = true } = {}): Promise<string> {
  const root = join(hub, `models--${repo.replace('/', '--')}`);
  const snapshot = join(root, 'snapshots', commit);
  for (const d of [join(root, 'blobs'), join(root, 'refs'), snapshot]) await mkdir(d, { recursive: true });
  const files = { 'config.json': JSON.stringify(CONFIG), 'model.safetensors': safetensors({ a: float32(1, 2, 3) }) };
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(root, 'blobs', `oid-${name}`), content);
    await rm(join(snapshot, name), { force: true });
    await symlink(join('..', '..', 'blobs', `oid-${name}`), join(snapshot, name));
  }
  if (ref) await writeFile(join(root, 'refs', 'main'), commit);
  return snapshot;
}

/**
 * A model in a store of Ollama's: a manifest, and the blob that it names.
 * @param name host, namespace, model, tag
 * @returns the blob's path
 */
export async function writeOllamaModel(store: string, name: readonly [string, string, string, string], gguf: string | Uint8Array): Promise<string> {
  const hash = createHash('sha256').update(gguf).digest('hex');
  const manifest = join(store, 'manifests', ...name);
  const blob = join(store, 'blobs', `sha256-${hash}`);
  await mkdir(join(manifest, '..'), { recursive: true });
  await mkdir(join(store, 'blobs'), { recursive: true });
  await writeFile(manifest, JSON.stringify({
    schemaVersion: 2,
    layers: [{ mediaType: 'application/vnd.ollama.image.license', digest: 'sha256:00' }, { mediaType: 'application/vnd.ollama.image.model', digest: `sha256:${hash}`, size: gguf.length }],
  }));
  await writeFile(blob, gguf);
  return blob;
}

/** The native library that the command has set up, in the extension's global storage. */
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { LensError } from '../../base/errors.js';
import type { Speed } from './backendCheck.js';
import type { NativeState } from './nativeText.js';

/** A folder has the library if this is in it. */
const MARK = join('node_modules', '@tensorflow', 'tfjs-node', 'package.json');
const SPEED_KEY = 'nativeSpeed';

/** As it is kept: the state of an extension may follow a person to another machine. */
interface KeptSpeed extends Speed {
  readonly cpu: string;
}

export class NativeFolder implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  /** The library came or went, or was measured. */
  readonly onDidChange = this.changed.event;
  private there: boolean;
  /** Where an engine finds a library without us (tensor/nativeFolder.ts): named in the environment, or in a clone. */
  private readonly elsewhere: boolean;

  /** @param path in the global storage @param extension the extension's own folder */
  constructor(readonly path: string, extension: string, private readonly kept: vscode.Memento) {
    this.there = has(path);
    this.elsewhere = [process.env['MOE_LENS_NATIVE'] ?? '', join(extension, 'native')].some((folder) => folder !== '' && has(folder));
  }

  /** The folder if the library is in it, else undefined. */
  get folder(): string | undefined {
    return this.there ? this.path : undefined;
  }

  /** @param named the setting moeLens.nativeFolder */
  state(named: string): NativeState {
    const speed = this.kept.get<KeptSpeed>(SPEED_KEY);
    return { isSetUp: this.there, isMissing: !this.there && !this.elsewhere && named === '', ...(speed?.cpu === cpu() ? { speed } : {}) };
  }

  /** The library is there, works, and is so fast. */
  async ready(speed: Speed): Promise<void> {
    await this.kept.update(SPEED_KEY, { ...speed, cpu: cpu() } satisfies KeptSpeed);
    this.look();
  }

  /** Deletes the library; no engine may be using it. What was measured stays known. @throws E_NATIVE_SETUP if it can't be moved away: then nothing has changed */
  async remove(): Promise<void> {
    const going = `${this.path}-${process.pid}`; // what is left of it is deleted by the next set-up (native/setup.ts)
    try {
      if (existsSync(this.path)) await rename(this.path, going);
    } catch (error) {
      throw new LensError('E_NATIVE_SETUP', `The native library can't be deleted: ${error instanceof Error ? error.message : String(error)}.`, 'Close other windows of VS Code that may use it, and try again.', { cause: error });
    } finally {
      this.look();
    }
    await rm(going, { recursive: true, force: true, maxRetries: 5 });
  }

  dispose(): void {
    this.changed.dispose();
  }

  private look(): void {
    this.there = has(this.path);
    this.changed.fire();
  }
}

const has = (folder: string): boolean => existsSync(join(folder, MARK));
const cpu = (): string => cpus()[0]?.model ?? '';

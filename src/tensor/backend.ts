import { LensError } from '../base/errors.js';
import type { Device } from './device.js';
import { startNative } from './native.js';
import { startWasm } from './wasm.js';

export type BackendPreference = 'auto' | 'native' | 'wasm';

/** What computes. `note` tells a person why it isn't the faster one, and what would help. */
export interface Backend {
  readonly name: Device['name'];
  readonly version: string;
  readonly device: Device;
  readonly note?: string;
}

const started = (device: Device): Backend => ({ name: device.name, version: device.version, device });

const reason = (error: unknown): string => (error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));

/**
 * Starts the backend of this thread: TensorFlow's native library where it loads, else WebAssembly.
 * @param preference `native` or `wasm` insist; `auto` takes the faster one that works
 * @throws E_BACKEND_UNAVAILABLE if the one insisted on does not start
 */
export async function startBackend(preference: BackendPreference, nativeFolder: string): Promise<Backend> {
  let note: string | undefined;
  if (preference !== 'wasm') {
    try {
      return started(startNative(nativeFolder));
    } catch (error) {
      const why = reason(error);
      if (preference === 'native') {
        throw new LensError('E_BACKEND_UNAVAILABLE', `TensorFlow's native library did not load: ${why}.`, 'Run "MoE Lens: Set Up Native Acceleration" (in a clone: "npm run setup:native"), or set moeLens.backend to "auto".', { cause: error });
      }
      note = `TensorFlow's native library, several times faster on long texts, is not set up: ${why}.`;
    }
  }
  try {
    return { ...started(await startWasm()), ...(note === undefined ? {} : { note }) };
  } catch (error) {
    throw new LensError('E_BACKEND_UNAVAILABLE', `The WebAssembly backend did not start: ${reason(error)}.`, 'Reinstall the extension; its dist/wasm folder may be damaged.', { cause: error });
  }
}

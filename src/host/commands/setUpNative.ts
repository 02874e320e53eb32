import { readFileSync } from 'node:fs';
import * as vscode from 'vscode';
import { isLensError, LensError, toLensError } from '../../base/errors.js';
import type { SetupProgress } from '../../protocol/setupApi.js';
import { LazyEngine } from '../lazyEngine.js';
import type { Lens } from '../lens.js';
import { checkBackends, type Speed } from '../native/backendCheck.js';
import { planText, setupPhrase, speedPhrase } from '../native/nativeText.js';
import { runSetup } from '../native/setupProcess.js';
import { readable } from '../settingsRules.js';
import { runAgainAsChosen } from './runAgain.js';

/** The sample prompt so often has 460 tokens of the demo model. */
const REPEATS = 5;
let isRunning = false;

/**
 * Installs TensorFlow's native library into the extension's global storage, holds it against WebAssembly on the demo model, and uses it from
 * then on. Where it is there already, it is only checked and measured again.
 */
export async function setUpNative(lens: Lens): Promise<void> {
  if (isRunning) {
    void lens.notifier.info('Native acceleration is being set up already.');
    return;
  }
  isRunning = true;
  const wasThere = lens.native.folder !== undefined;
  try {
    if (!wasThere && !(await agreed(lens))) return;
    const speed = await withProgress(wasThere ? 'Checking native acceleration' : 'Setting up native acceleration', (signal, onProgress) => install(lens, signal, onProgress));
    await lens.native.ready(speed);
    await lens.restartEngine();
    void lens.notifier.info([`Native acceleration is set up: ${speedPhrase(speed)} here (demo model, ${speed.tokens} tokens).`, ...unused(lens)].join(' '));
    await runAgainAsChosen(lens);
  } catch (error) {
    if (!isLensError(error, 'E_CANCELLED')) throw error;
    void lens.notifier.info(wasThere ? 'The check of native acceleration was cancelled.' : 'Setting up native acceleration was cancelled: nothing is left of it.');
  } finally {
    isRunning = false;
  }
}

/** Says what it takes and asks. @throws E_TOOL_MISSING, E_NATIVE_SETUP where it can't be done */
async function agreed(lens: Lens): Promise<boolean> {
  const answer = await runSetup({ file: lens.files.setup, args: ['--into', lens.native.path, '--plan'], log: lens.log });
  if (answer.type !== 'plan') throw new LensError('E_INTERNAL', 'The set-up made no plan.', 'Please report it with the log (Output: MoE Lens).');
  const chosen = await vscode.window.showInformationMessage('Set up native acceleration?', { modal: true, detail: planText(answer.plan, lens.native.path) }, 'Set Up');
  return chosen !== undefined;
}

async function install(lens: Lens, signal: AbortSignal, onProgress: (progress: SetupProgress) => void): Promise<Speed> {
  const { native, files, log } = lens;
  const wasThere = native.folder !== undefined;
  try {
    await runSetup({ file: files.setup, args: ['--into', native.path], log, signal, onProgress });
    return await check(lens, signal, onProgress);
  } catch (error) {
    if (wasThere && isLensError(error, 'E_CANCELLED')) throw error;
    if (wasThere) await lens.engine.stop(); // it may use what is deleted now
    await native.remove();
    throw error;
  }
}

/** @throws E_NATIVE_SETUP whatever is wrong with what was installed */
async function check({ native, files, log }: Lens, signal: AbortSignal, onProgress: (progress: SetupProgress) => void): Promise<Speed> {
  const start = (): LazyEngine => new LazyEngine({ file: files.engine, log, onEnd: () => undefined, onCrash: () => undefined });
  const text = readFileSync(files.sample, 'utf8').repeat(REPEATS);
  try {
    return await checkBackends({ start, path: files.demoModel, nativeFolder: native.path, text, signal, onProgress });
  } catch (thrown) {
    const error = toLensError(thrown);
    if (error.code === 'E_CANCELLED' || error.code === 'E_NATIVE_SETUP') throw error;
    throw new LensError('E_NATIVE_SETUP', `The native library was installed, but the demo model does not run with it: ${error.message}`, 'It was deleted again; MoE Lens runs on WebAssembly.', { cause: error });
  }
}

function withProgress<T>(title: string, work: (signal: AbortSignal, onProgress: (progress: SetupProgress) => void) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  return Promise.resolve(vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: `MoE Lens: ${title}`, cancellable: true }, (notification, token) => {
    token.onCancellationRequested(() => controller.abort());
    return work(controller.signal, (progress) => notification.report({ message: setupPhrase(progress) }));
  }));
}

/** What keeps the library from being used: settings. */
function unused(lens: Lens): readonly string[] {
  const settings = readable(() => lens.settings.backend());
  return [
    ...(settings?.backend === 'wasm' ? ['To use it, set moeLens.backend to "auto".'] : []),
    ...(settings === undefined || settings.nativeFolder === '' ? [] : ['To use it, clear the setting moeLens.nativeFolder, which names another one.']),
  ];
}

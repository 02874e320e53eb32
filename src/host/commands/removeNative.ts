import type { Lens } from '../lens.js';
import { runAgainAsChosen } from './runAgain.js';

/** Undoes Set Up Native Acceleration: the library is deleted, and the last text is run again on WebAssembly. */
export async function removeNative(lens: Lens): Promise<void> {
  if (lens.native.folder === undefined) return void lens.notifier.info('Native acceleration is not set up.');
  await lens.restartEngine(); // an engine that uses the library would keep it from being deleted
  await lens.native.remove();
  void lens.notifier.info('Native acceleration is removed.');
  await runAgainAsChosen(lens);
}

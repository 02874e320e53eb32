/** Every message from the process that sets up native acceleration (src/native) to the extension host. It takes none: closing its channel cancels it. */
import type { Progress, WireError } from './engineApi.js';

/** What a set-up would do, known before it begins. Sizes in bytes, rounded up. */
export interface SetupPlan {
  readonly downloadBytes: number;
  readonly diskBytes: number;
}

/** How far the set-up is. `done` and `total` are bytes where both are known, else `total` is 0. */
export type SetupProgress = Progress;

export type SetupMessage =
  | { readonly type: 'plan'; readonly plan: SetupPlan }
  | { readonly type: 'progress'; readonly progress: SetupProgress }
  /** For the log. */
  | { readonly type: 'line'; readonly text: string }
  /** The library is there and multiplies rightly; `version` for people: "TensorFlow 2.15.1". */
  | { readonly type: 'ready'; readonly version: string }
  | { readonly type: 'error'; readonly error: WireError };

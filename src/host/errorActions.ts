/** How an error is put to the user: its sentence, and the buttons that help. */
import { ERROR_CODES, type ErrorCode, type LensError } from '../base/errors.js';

export const ACTIONS = {
  chooseModel: 'Choose Model',
  choosePolicy: 'Choose Policy',
  openSettings: 'Open Settings',
  runAgain: 'Run Again',
  setUpNative: 'Set Up Native',
  showLog: 'Show Log',
} as const;

export type Action = keyof typeof ACTIONS;

/** Up to this code the list is about reading a checkpoint. */
const FIRST_OTHER: ErrorCode = 'E_POLICY_INVALID';

export function errorText(error: LensError): string {
  return `${error.sentence} (${error.code})`;
}

export function actionsFor(code: ErrorCode): readonly Action[] {
  if (ERROR_CODES.indexOf(code) < ERROR_CODES.indexOf(FIRST_OTHER)) return ['chooseModel', 'showLog'];
  switch (code) {
    case 'E_POLICY_INVALID': return ['choosePolicy', 'openSettings'];
    case 'E_POLICY_UNSUPPORTED': return ['choosePolicy', 'chooseModel'];
    case 'E_SETTING_INVALID': return ['openSettings', 'showLog'];
    case 'E_BACKEND_UNAVAILABLE': return ['setUpNative', 'openSettings', 'showLog'];
    case 'E_OUT_OF_MEMORY': return ['chooseModel', 'showLog'];
    case 'E_ENGINE_CRASHED': return ['runAgain', 'showLog'];
    case 'E_TEXT_EMPTY': case 'E_TEXT_TOO_LONG': return [];
    default: return ['showLog'];
  }
}

/**
 * Every failure that a person can cause or meet has a code, says what happened and what to do about it.
 * Codes of damaged checkpoints name the damage; the others name the situation.
 */
export const ERROR_CODES = [
  // reading a checkpoint
  'E_MODEL_NOT_FOUND', 'E_UNREADABLE', 'E_EMPTY', 'E_HEADER_TRUNCATED', 'E_HEADER_LENGTH', 'E_HEADER_INVALID', 'E_OFFSETS', 'E_SHAPE', 'E_DTYPE',
  'E_DUPLICATE_KEY', 'E_PATH', 'E_SHARD_MISSING', 'E_INDEX_INVALID', 'E_TENSOR_MISSING', 'E_WEIGHTS_NOT_FINITE',
  'E_CONFIG_MISSING', 'E_CONFIG_INVALID', 'E_CONFIG_UNSUPPORTED', 'E_NOT_MOE', 'E_FAMILY_UNKNOWN', 'E_WEIGHTS_MISSING', 'E_FORMAT_UNSUPPORTED', 'E_PICKLE',
  'E_TOKENIZER_MISSING', 'E_TOKENIZER_INVALID', 'E_VOCAB_MISMATCH',
  'E_GGUF_MAGIC', 'E_GGUF_VERSION', 'E_GGUF_LIMIT', 'E_GGUF_TRUNCATED', 'E_GGUF_ALIGNMENT',
  // running it
  'E_POLICY_INVALID', 'E_POLICY_UNSUPPORTED', 'E_TEXT_EMPTY', 'E_TEXT_TOO_LONG', 'E_OUT_OF_MEMORY', 'E_CANCELLED', 'E_ENGINE_CRASHED',
  'E_BACKEND_UNAVAILABLE', 'E_REMOTE_UNREACHABLE', 'E_TRACE_GONE', 'E_MESSAGE_INVALID', 'E_SETTING_INVALID', 'E_INTERNAL',
  // setting up native acceleration
  'E_TOOL_MISSING', 'E_NATIVE_SETUP',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** An error that reaches a person: `code`, what happened (`message`) and what can be done (`hint`, may be empty). */
export class LensError extends Error {
  override readonly name = 'LensError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly hint: string = '',
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** One line without the code: what happened, then what to do. A path or a part of a file in it may have line ends: they are written as escapes. */
  get sentence(): string {
    const sentence = this.hint === '' ? this.message : `${this.message} ${this.hint}`;
    return sentence.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  }
}

export function isLensError(error: unknown, code?: ErrorCode): error is LensError {
  return error instanceof LensError && (code === undefined || error.code === code);
}

/** What Node adds to the errors of the file system. */
interface SystemError extends Error {
  readonly code?: string;
  readonly path?: string;
}

/** Any thrown value as a LensError: file system errors get their own code, what is unforeseen becomes E_INTERNAL. */
export function toLensError(error: unknown): LensError {
  if (error instanceof LensError) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  if (cause.name === 'AbortError') return new LensError('E_CANCELLED', 'The run was cancelled.', '', { cause });
  const { code: system, path } = cause as SystemError;
  if (system === 'ENOENT') return new LensError('E_MODEL_NOT_FOUND', `There is no such file or folder: ${path ?? ''}.`, 'Check the path.', { cause });
  if (system === 'EACCES' || system === 'EPERM' || system === 'EISDIR' || system === 'EIO') {
    return new LensError('E_UNREADABLE', `A file could not be read: ${cause.message}.`, 'Check that it is a file you may read.', { cause });
  }
  return new LensError('E_INTERNAL', `Something unforeseen went wrong: ${cause.message}`, 'Please report it with the log (Output: MoE Lens).', { cause });
}

import { parseArgs, type ParseArgsConfig } from 'node:util';

/** Wrong usage: exit code 2, with the help of the command. */
export class UsageError extends Error {}

type Options = NonNullable<ParseArgsConfig['options']>;

/**
 * Reads a command's arguments.
 * @throws UsageError with one line that says what is wrong
 */
export function readArguments<const O extends Options>(args: string[], options: O): { values: ReturnType<typeof parseArgs<{ options: O; allowPositionals: true }>>['values']; positionals: string[] } {
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error), { cause: error });
  }
}

/** One of a few words, or a UsageError that lists them. */
export function oneOf<const W extends string>(value: string | undefined, words: readonly W[], option: string): W {
  const word = words.find((candidate) => candidate === value);
  if (word === undefined) throw new UsageError(`--${option} is one of ${words.join(', ')}, not "${value ?? ''}"`);
  return word;
}

/** Options of a command that prints text or JSON. */
export const FORMAT_OPTIONS = { format: { type: 'string' }, json: { type: 'boolean', default: false } } as const;

/** `--json` is short for `--format json`. @throws UsageError for another format, and where the two contradict each other */
export function textOrJson({ format, json }: { readonly format?: string | undefined; readonly json?: boolean | undefined }): 'text' | 'json' {
  const chosen = oneOf(format ?? (json === true ? 'json' : 'text'), ['text', 'json'], 'format');
  if (json === true && chosen !== 'json') throw new UsageError('either --json or --format text, not both');
  return chosen;
}

/** Options that every command with a model takes. */
export const MODEL_OPTIONS = {
  model: { type: 'string' },
  backend: { type: 'string', default: 'auto' },
  'native-folder': { type: 'string', default: '' },
  memory: { type: 'string' },
} as const;

import type { Checkpoint } from '../../checkpoint/checkpoint.js';
import { readJson, readText } from './folder.js';

/**
 * The chat template (Jinja) that comes with a checkpoint, the default one if there are several; undefined if there is none.
 * Where they are looked for, as transformers does: chat_template.jinja, chat_template.json, tokenizer_config.json; in a GGUF
 * its `tokenizer.chat_template`. Throws E_TOKENIZER_INVALID or E_UNREADABLE.
 */
export async function chatTemplate({ format, path, config }: Pick<Checkpoint, 'format' | 'path' | 'config'>): Promise<string | undefined> {
  if (format === 'gguf') return defaultOf(config['tokenizer.chat_template']);
  return (await readText(path, 'chat_template.jinja'))
    ?? defaultOf((await readJson(path, 'chat_template.json'))?.chat_template)
    ?? defaultOf((await readJson(path, 'tokenizer_config.json'))?.chat_template);
}

/** A template, or the one called "default" of a list of { name, template }. */
function defaultOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return undefined;
  const named = (value as unknown[]).filter((entry): entry is { readonly name: unknown; readonly template: string } => (
    typeof entry === 'object' && entry !== null && 'name' in entry && 'template' in entry && typeof entry.template === 'string'));
  return (named.find(({ name }) => name === 'default') ?? named.at(0))?.template;
}

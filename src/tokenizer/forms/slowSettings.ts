import type { AddedToken } from '../addedTokens.js';
import { readJson } from './folder.js';
import { asFlag, asId, asObject, asOptionalString, asString, type Json } from '../json.js';

/**
 * What stands beside a vocabulary that has no tokenizer.json, in tokenizer_config.json, special_tokens_map.json and
 * added_tokens.json, as the Python classes of transformers take it (tokenization_utils.py, `_from_pretrained` and `_add_tokens`).
 */
export interface SlowSettings {
  /** `tokenizer_class`, without the "Fast" at its end; empty if nothing says. */
  readonly tokenizerClass: string;
  /** A flag of tokenizer_config.json. */
  readonly flag: (name: string, fallback: boolean) => boolean;
  /** The text of `bos_token`, `eos_token` ...; undefined if nothing says. */
  readonly special: (name: string) => string | undefined;
  /**
   * The tokens that are found in the text before anything else looks at it: those listed with ids, and of the special ones those
   * that the vocabulary has.
   * @param more special tokens that the class has by default
   */
  readonly added: (vocabulary: ReadonlyMap<string, number>, more?: readonly string[]) => readonly AddedToken[];
}

/** Throws E_TOKENIZER_INVALID or E_UNREADABLE. */
export async function readSlowSettings(folder: string): Promise<SlowSettings> {
  const config = (await readJson(folder, 'tokenizer_config.json')) ?? {};
  const map = (await readJson(folder, 'special_tokens_map.json')) ?? {};
  const listed = (await readJson(folder, 'added_tokens.json')) ?? {};
  const decoder = config.added_tokens_decoder === undefined ? undefined : asObject(config.added_tokens_decoder, 'tokenizer_config.json.added_tokens_decoder');
  return {
    tokenizerClass: asOptionalString(config.tokenizer_class, 'tokenizer_config.json.tokenizer_class').replace(/Fast$/, ''),
    flag: (name, fallback) => asFlag(config[name], `tokenizer_config.json.${name}`, fallback),
    special: (name) => contentOf(config[name] ?? map[name]),
    added(vocabulary, more = []) {
      const tokens = new Map<string, AddedToken>();
      const add = (content: string, id: number | undefined, flags: Json): void => {
        if (content === '' || id === undefined || tokens.has(content)) return;
        tokens.set(content, readFlags(content, id, flags));
      };
      if (decoder === undefined) for (const [content, id] of Object.entries(listed)) add(content, asId(id, 'added_tokens.json'), {});
      else for (const [id, token] of Object.entries(decoder)) addFromDecoder(id, token, add);
      for (const source of [config, map]) for (const { content, flags } of specials(source)) add(content, vocabulary.get(content), flags);
      for (const content of more) add(content, vocabulary.get(content), {});
      return [...tokens.values()];
    },
  };
}

function addFromDecoder(id: string, token: unknown, add: (content: string, id: number, flags: Json) => void): void {
  const where = `tokenizer_config.json.added_tokens_decoder.${id}`;
  const flags = asObject(token, where);
  add(asString(flags.content, `${where}.content`), asId(Number(id), where), flags);
}

function readFlags(content: string, id: number, flags: Json): AddedToken {
  const flag = (name: string): boolean => asFlag(flags[name], `${JSON.stringify(content)}.${name}`, false);
  return { id, content, normalized: false, singleWord: flag('single_word'), takesSpaceBefore: flag('lstrip'), takesSpaceAfter: flag('rstrip') };
}

const SPECIAL_NAMES = ['bos_token', 'eos_token', 'unk_token', 'sep_token', 'pad_token', 'cls_token', 'mask_token'];

function specials(source: Json): readonly { readonly content: string; readonly flags: Json }[] {
  const more = Array.isArray(source.additional_special_tokens) ? (source.additional_special_tokens as unknown[]) : [];
  return [...SPECIAL_NAMES.map((name) => source[name]), ...more].flatMap((value) => {
    const content = contentOf(value);
    return content === undefined ? [] : [{ content, flags: typeof value === 'object' && value !== null ? (value as Json) : {} }];
  });
}

/** A special token is a text, or an object with the text. */
function contentOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || !('content' in value)) return undefined;
  return typeof value.content === 'string' ? value.content : undefined;
}

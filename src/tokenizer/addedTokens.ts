import { slicePiece, type Normalizer, type Piece } from './align.js';
import { isSpace } from './characters.js';
import { asArray, asFlag, asObject, asString } from './json.js';
import { inReferenceUnicode } from './split/pattern.js';
import { TextTrie } from './textTrie.js';

/** A token that is found in the text before anything else looks at it. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Looked for in the normalised text, in its own normalised form. */
  readonly normalized: boolean;
  readonly singleWord: boolean;
  readonly takesSpaceBefore: boolean;
  readonly takesSpaceAfter: boolean;
}

/**
 * The `added_tokens` of tokenizer.json. As in the reference, the ids written there do not count: a token has the id of the
 * vocabulary, or the next free one after it, in the order of the file. Of two with the same text the last counts.
 * Source: tokenizer/added_vocabulary.rs.
 */
export function readAddedTokens(value: unknown, vocabulary: ReadonlyMap<string, number>): readonly AddedToken[] {
  const tokens = new Map<string, AddedToken>();
  let next = vocabulary.size;
  for (const [i, entry] of asArray(value ?? [], 'added_tokens').entries()) {
    const where = `added_tokens[${i}]`;
    const token = asObject(entry, where);
    const content = asString(token.content, `${where}.content`);
    if (content === '') continue;
    tokens.set(content, {
      id: tokens.get(content)?.id ?? vocabulary.get(content) ?? next++,
      content,
      normalized: asFlag(token.normalized, `${where}.normalized`, !asFlag(token.special, `${where}.special`, false)),
      singleWord: asFlag(token.single_word, `${where}.single_word`, false),
      takesSpaceBefore: asFlag(token.lstrip, `${where}.lstrip`, false),
      takesSpaceAfter: asFlag(token.rstrip, `${where}.rstrip`, false),
    });
  }
  return [...tokens.values()];
}

/** A stretch of text: an added token, or (id -1) text between them. */
export interface Stretch {
  readonly id: number;
  readonly piece: Piece;
}

/** A finder of the given tokens, by the form that `form` gives them; the longest at the leftmost place wins. */
export function tokenFinder(tokens: readonly AddedToken[], form: Normalizer | undefined, whole: (text: string) => Piece): (piece: Piece) => readonly Stretch[] {
  const trie = new TextTrie<AddedToken>();
  for (const token of tokens) trie.set(form === undefined ? token.content : form(whole(token.content)).text, token);
  return trie.isEmpty ? (piece) => [{ id: -1, piece }] : (piece) => find(trie, piece);
}

function find(trie: TextTrie<AddedToken>, piece: Piece): readonly Stretch[] {
  const { text } = piece;
  const out: Stretch[] = [];
  let done = 0;
  const add = (id: number, from: number, to: number): void => {
    if (from < to) out.push({ id, piece: slicePiece(piece, from, to) });
  };
  for (let at = 0; at < text.length; ) {
    const hit = trie.longest(text, at);
    if (hit === undefined) {
      at++;
      continue;
    }
    const token = hit.value;
    let from = at;
    let to = hit.to;
    at = to;
    if (token.singleWord && (isWordBefore(text, from) || isWordAt(text, to))) continue;
    if (token.takesSpaceBefore) while (from > done && isSpace(text[from - 1])) from--;
    if (token.takesSpaceAfter) while (to < text.length && isSpace(text[to])) to++;
    add(-1, done, from);
    add(token.id, from, to);
    done = to;
  }
  add(-1, done, text.length);
  return out;
}

/** Rust's \w. */
const WORD_AT_START = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;
const WORD_AT_END = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]$/u;

function isWordBefore(text: string, at: number): boolean {
  return WORD_AT_END.test(inReferenceUnicode(text.slice(Math.max(0, at - 2), at)));
}

function isWordAt(text: string, at: number): boolean {
  return WORD_AT_START.test(inReferenceUnicode(text.slice(at, at + 2)));
}

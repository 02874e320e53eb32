import { prepend, slicePiece, type Piece } from '../align.js';
import { toByteCharacters } from '../byteLevel.js';
import { asFlag, asId, asOptionalString, asString, flatten, invalid, unsupported, type Json } from '../json.js';
import { replaceMatches } from '../normalize/normalize.js';
import { compilePattern, expressionMatcher, regexMatcher } from './pattern.js';
import { GPT2 } from '../forms/patterns.js';
import { asBehavior, invert, partition, splitPiece, type Behavior, type Partition } from './split.js';
import { ALSO_NUMBERS, ALSO_PUNCTUATION, NOT_NUMBERS, NOT_PUNCTUATION } from '../normalize/unicodeTables.js';

/** Cuts a piece into the words that the model sees one at a time. */
export type PreTokenizer = (piece: Piece) => readonly Piece[];

const ASCII_PUNCTUATION = '!-\\/:-@\\[-`\\{-~';
const PUNCTUATION = new RegExp(`(?![${NOT_PUNCTUATION}])[\\p{P}${ASCII_PUNCTUATION}${ALSO_PUNCTUATION}]`, 'gu');
const NUMBER = new RegExp(`(?![${NOT_NUMBERS}])[\\p{N}${ALSO_NUMBERS}]`, 'gu');
/** \w and \s of Rust's `regex`, not of Oniguruma. */
const WORD = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}';
const WORD_OR_SYMBOLS = new RegExp(`[${WORD}]+|[^${WORD}\\p{White_Space}]+`, 'gu');

const WITHOUT_SPACES = splitter(partition(expressionMatcher(/\p{White_Space}/gu, false)), 'Removed');

/** The `pre_tokenizer` of tokenizer.json; null leaves the text whole. */
export function compilePreTokenizer(value: unknown): PreTokenizer {
  const steps = flatten(value, 'pretokenizers', 'pre_tokenizer').map(compileStep);
  return (piece) => steps.reduce<readonly Piece[]>((pieces, step) => pieces.flatMap((p) => (p.text === '' ? [] : step(p))), [piece]);
}

function compileStep(step: Json): PreTokenizer {
  const type = asString(step.type, 'pre_tokenizer.type');
  switch (type) {
    case 'ByteLevel': return byteLevel(step);
    case 'Metaspace': return metaspace(step);
    case 'Split': {
      const parts = partition(compilePattern(step.pattern, 'pre_tokenizer.pattern'));
      const behavior = asBehavior(step.behavior, 'pre_tokenizer.behavior');
      return splitter(asFlag(step.invert, 'pre_tokenizer.invert', false) ? invert(parts) : parts, behavior);
    }
    case 'Digits': return splitter(partition(expressionMatcher(NUMBER, false)), asFlag(step.individual_digits, 'pre_tokenizer.individual_digits', false) ? 'Isolated' : 'Contiguous');
    case 'Punctuation': return splitter(partition(expressionMatcher(PUNCTUATION, false)), step.behavior === undefined ? 'Isolated' : asBehavior(step.behavior, 'pre_tokenizer.behavior'));
    case 'Whitespace': return splitter(invert(partition(expressionMatcher(WORD_OR_SYMBOLS, true))), 'Removed');
    case 'WhitespaceSplit': return WITHOUT_SPACES;
    case 'CharDelimiterSplit': return splitter(partition(compilePattern({ String: asString(step.delimiter, 'pre_tokenizer.delimiter') }, 'pre_tokenizer')), 'Removed');
    case 'FixedLength': return fixedLength(step.length === undefined ? 5 : asId(step.length, 'pre_tokenizer.length'));
    case 'BertPreTokenizer': return (piece) => WITHOUT_SPACES(piece).flatMap(splitter(partition(expressionMatcher(PUNCTUATION, false)), 'Isolated'));
    case 'UnicodeScripts': throw unsupported(`the pre-tokenizer ${type}`);
    default: throw invalid('pre_tokenizer.type', `names no known pre-tokenizer: ${JSON.stringify(type)}`);
  }
}

function splitter(parts: Partition, behavior: Behavior): PreTokenizer {
  return (piece) => splitPiece(piece, parts, behavior);
}

function byteLevel(step: Json): PreTokenizer {
  const spaceFirst = asFlag(step.add_prefix_space, 'pre_tokenizer.add_prefix_space', true);
  const words = asFlag(step.use_regex, 'pre_tokenizer.use_regex', true) ? splitter(partition(regexMatcher(GPT2)), 'Isolated') : (piece: Piece) => [piece];
  return (piece) => words(spaceFirst && !piece.text.startsWith(' ') ? prepend(piece, ' ') : piece).map(toByteCharacters);
}

function metaspace(step: Json): PreTokenizer {
  const mark = asString(step.replacement, 'pre_tokenizer.replacement');
  const legacyNever = step.add_prefix_space === false;
  const scheme = asOptionalString(step.prepend_scheme, 'pre_tokenizer.prepend_scheme') || (legacyNever ? 'never' : 'always');
  if (!['always', 'first', 'never'].includes(scheme) || (legacyNever && scheme !== 'never')) throw invalid('pre_tokenizer.prepend_scheme', 'is none that the pre-tokenizer has');
  const spaces = compilePattern({ String: ' ' }, 'pre_tokenizer');
  const marks = partition(compilePattern({ String: mark }, 'pre_tokenizer'));
  const split = asFlag(step.split, 'pre_tokenizer.split', true);
  return (piece) => {
    let marked = replaceMatches(piece, spaces, mark);
    const wanted = scheme === 'always' || (scheme === 'first' && piece.starts[0] === 0);
    if (wanted && !marked.text.startsWith(mark)) marked = prepend(marked, mark);
    return split ? splitPiece(marked, marks, 'MergedWithNext') : [marked];
  };
}

function fixedLength(length: number): PreTokenizer {
  if (length === 0) throw invalid('pre_tokenizer.length', 'is 0');
  return (piece) => {
    const out: Piece[] = [];
    let from = 0;
    let unit = 0;
    let count = 0;
    for (const character of piece.text) {
      unit += character.length;
      if (++count % length !== 0) continue;
      out.push(slicePiece(piece, from, unit));
      from = unit;
    }
    if (from < unit) out.push(slicePiece(piece, from, unit));
    return out;
  };
}

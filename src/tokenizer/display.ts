import { fromByteCharacters } from './byteLevel.js';
import { flatten, type Json } from './json.js';

/** Turns a token's name into the text that it stands for. */
export type Display = (token: string) => string;

const BYTE_TOKEN = /^<0x[0-9A-F]{2}>$/;

/**
 * How tokens of the vocabulary read (added tokens are shown as they are): for people, token by token, so without
 * what a decoder does between tokens, such as taking the first space away.
 */
export function compileDisplay(file: Json): Display {
  const steps = [
    ...flatten(file.decoder, 'decoders', 'decoder'),
    ...flatten(file.pre_tokenizer, 'pretokenizers', 'pre_tokenizer'),
    ...flatten(file.normalizer, 'normalizers', 'normalizer'),
  ];
  if (steps.some((step) => step.type === 'ByteLevel')) {
    return (token) => {
      const bytes = fromByteCharacters(token);
      return bytes === undefined ? token : readable(bytes);
    };
  }
  const mark = steps.map(spaceMark).find((found) => found !== '') ?? '';
  return (token) => {
    if (BYTE_TOKEN.test(token)) return readable(Uint8Array.of(Number(token.slice(1, 5))));
    return mark === '' ? token : token.replaceAll(mark, ' ');
  };
}

/** What stands for a space, if the step says so. */
function spaceMark(step: Json): string {
  if (step.type === 'Metaspace') return typeof step.replacement === 'string' ? step.replacement : '';
  if (step.type !== 'Replace' || typeof step.pattern !== 'object' || step.pattern === null) return '';
  const pattern = (step.pattern as Json).String;
  if (typeof pattern !== 'string' || typeof step.content !== 'string') return '';
  if (step.content === ' ') return pattern;
  return pattern === ' ' ? step.content : '';
}

const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** A part of a character reads as one U+FFFD. */
function readable(bytes: Uint8Array): string {
  return UTF8.decode(bytes).replace(/\ufffd+/g, '\ufffd');
}

/**
 * What JSON.parse does not tell about a text: whether an object names a key twice (the last one wins, silently),
 * how deep and how large the values will be (before they are built), and whether the text merely stops too early.
 */
export interface ScanLimits {
  /** Objects and arrays inside each other; the outermost counts as 1. */
  readonly depth: number;
  /** Values of every kind: bounds the memory that JSON.parse will take. */
  readonly values: number;
  /** Keys of one object: bounds the memory that this scan takes. */
  readonly keys: number;
}

export type ScanResult =
  | { readonly kind: 'complete' }
  | { readonly kind: 'unfinished' }
  | { readonly kind: 'duplicate'; readonly key: string }
  | { readonly kind: 'too-deep' }
  | { readonly kind: 'too-many' };

const QUOTE = 0x22, BACKSLASH = 0x5c, COMMA = 0x2c, COLON = 0x3a;
const BRACE_OPEN = 0x7b, BRACE_CLOSE = 0x7d, BRACKET_OPEN = 0x5b, BRACKET_CLOSE = 0x5d;

/**
 * Scans one object from its first character to the brace that closes it. It follows strings, commas and brackets only:
 * grammar is left to JSON.parse, which has to be called after a `complete`.
 */
export function scanJsonObject(text: string, limits: ScanLimits): ScanResult {
  const open: (Set<string> | null)[] = []; // the keys of each open object; null for an array
  let values = 0;
  let keyNext = false;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case QUOTE: {
        const end = endOfString(text, i + 1);
        if (end < 0) return { kind: 'unfinished' };
        const keys = open.at(-1);
        if (keyNext && keys instanceof Set) {
          const key = unescape(text.slice(i, end + 1));
          if (keys.has(key)) return { kind: 'duplicate', key };
          if (keys.add(key).size > limits.keys) return { kind: 'too-many' };
          keyNext = false;
        }
        i = end;
        break;
      }
      case BRACE_OPEN:
      case BRACKET_OPEN:
        keyNext = text.charCodeAt(i) === BRACE_OPEN;
        if (open.push(keyNext ? new Set() : null) > limits.depth) return { kind: 'too-deep' };
        if (++values > limits.values) return { kind: 'too-many' };
        break;
      case BRACE_CLOSE:
      case BRACKET_CLOSE:
        open.pop();
        keyNext = false;
        if (open.length === 0) return { kind: 'complete' };
        break;
      case COMMA:
        keyNext = open.at(-1) instanceof Set;
        if (++values > limits.values) return { kind: 'too-many' };
        break;
      case COLON:
        keyNext = false;
        break;
      default:
    }
  }
  return { kind: 'unfinished' };
}

/** The index of the closing quote, -1 if there is none. */
function endOfString(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) return i;
    if (c === BACKSLASH) i++;
  }
  return -1;
}

/** A key as JSON.parse would see it ("\u0061" is "a"); a malformed one as it stands, for JSON.parse to refuse. */
function unescape(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted.slice(1, -1);
  }
}

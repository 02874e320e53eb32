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
  const open: (Keys | null)[] = []; // the keys of each open object; null for an array
  const spare: Keys[] = [];
  let values = 0;
  let keyNext = false;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case QUOTE: {
        const end = endOfString(text, i + 1);
        if (end < 0) return { kind: 'unfinished' };
        const keys = open.at(-1);
        if (keyNext && keys) {
          const key = unescape(text.slice(i, end + 1));
          if (!keys.add(key)) return { kind: 'duplicate', key };
          if (keys.size > limits.keys) return { kind: 'too-many' };
          keyNext = false;
        }
        i = end;
        break;
      }
      case BRACE_OPEN:
      case BRACKET_OPEN:
        keyNext = text.charCodeAt(i) === BRACE_OPEN;
        if (open.push(keyNext ? (spare.pop() ?? new Keys()) : null) > limits.depth) return { kind: 'too-deep' };
        if (++values > limits.values) return { kind: 'too-many' };
        break;
      case BRACE_CLOSE:
      case BRACKET_CLOSE:
        open.pop()?.handBack(spare);
        keyNext = false;
        if (open.length === 0) return { kind: 'complete' };
        break;
      case COMMA:
        keyNext = open.at(-1) instanceof Keys;
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

/** Up to this many keys are found sooner by looking at each. */
const FEW_KEYS = 8;

/** The keys of one object. A header has one small object for each tensor: those use the same few lists over and over. */
class Keys {
  #few: string[] = [];
  #many: Set<string> | undefined;

  get size(): number {
    return this.#many?.size ?? this.#few.length;
  }

  /** False if it was there already. */
  add(key: string): boolean {
    if (this.#many?.has(key) === true || (this.#many === undefined && this.#few.includes(key))) return false;
    if (this.#many !== undefined) {
      this.#many.add(key);
      return true;
    }
    this.#few.push(key);
    if (this.#few.length > FEW_KEYS) this.#many = new Set(this.#few);
    return true;
  }

  handBack(spare: Keys[]): void {
    this.#few.length = 0;
    this.#many = undefined;
    spare.push(this);
  }
}

/** The index of the closing quote, -1 if there is none. */
function endOfString(text: string, from: number): number {
  for (let end = text.indexOf('"', from); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (end - slashes > from && text.charCodeAt(end - slashes - 1) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return end; // pairs of them are backslashes of the text, an odd one escapes the quote
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

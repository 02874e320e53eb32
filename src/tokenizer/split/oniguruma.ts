import { unsupported } from '../json.js';

/**
 * Oniguruma's pattern syntax (Ruby's), rewritten so that the library's translation to JavaScript keeps its meaning.
 * The library reads possessive quantifiers and atomic groups as ordinary ones, folds only ASCII case, and
 * drops or passes on what it does not know; here they become
 *
 *     X++  X*+  X?+  (?>X)     (?:(?=(?<_1>X+))\k<_1>), an atomic group as ES2018 can say it
 *     (?i:...s...k...)         [s\u017f] and [k\u212a]: the two letters that other letters fold to in Unicode
 *     \s+$                     (?<!\s)\s+$: the same matches in linear, not quadratic time on a long run of spaces
 *     (?m:  (?x)  \G  \K ...   E_TOKENIZER_INVALID
 *
 * `translate` compiles one character class, to see which letters it holds.
 * Source: Oniguruma's doc/RE, Kiyoshi's ONIG_SYNTAX_RUBY, which `tokenizers` uses.
 */
export function adaptOniguruma(source: string, translate: (pattern: string) => RegExp): string {
  return source === '\\s+$' ? '(?<!\\s)\\s+$' : new Rewriter(source, translate).run();
}

const KNOWN_GROUP = /\((?!\?)|\(\?(?:[:=!>]|<[=!]|i:|<[A-Za-z_]\w*>)/y;
const ESCAPE = /\\(?:[pPxu]\{[^}]*\}|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|c[A-Za-z]|[^])/uy;
const INTERVAL = /\{(?:\d+(?:,\d*)?|,\d+)\}/y;
const UNKNOWN_ESCAPES = 'GKRXNOyYCM';
/** The letters outside ASCII that fold to s and k. */
const LONG_S = '\u017f';
const KELVIN = '\u212a';
/** Pairs of letters that fold together with one ligature. */
const FOLDING_PAIRS = new Set(['ss', 'st', 'ff', 'fi', 'fl']);

interface Group {
  readonly outStart: number;
  readonly folds: boolean;
  readonly atomic: string;
}

class Rewriter {
  private out = '';
  private at = 0;
  private atomStart = -1;
  private folds = false;
  private previousLetter = '';
  private names = 0;
  private readonly groups: Group[] = [];

  constructor(
    private readonly source: string,
    private readonly translate: (pattern: string) => RegExp,
  ) {}

  run(): string {
    while (this.at < this.source.length) {
      const letter = this.previousLetter;
      this.previousLetter = '';
      this.step(letter);
    }
    return this.out;
  }

  private step(previousLetter: string): void {
    const character = String.fromCodePoint(this.source.codePointAt(this.at) ?? 0);
    switch (character) {
      case '\\':
        this.atom(this.escape());
        break;
      case '[':
        this.atom(this.characterClass());
        break;
      case '(':
        this.open();
        break;
      case ')':
        this.close();
        break;
      case '|':
        this.take(character);
        this.atomStart = -1;
        break;
      case '*': case '+': case '?':
        this.quantifier(character);
        break;
      case '{':
        this.interval();
        break;
      default:
        this.at += character.length;
        this.atom(this.folds ? this.folded(character, previousLetter) : character);
    }
  }

  private atom(text: string): void {
    this.atomStart = this.out.length;
    this.out += text;
  }

  private take(text: string): void {
    this.out += text;
    this.at += text.length;
  }

  private match(expression: RegExp): string | undefined {
    expression.lastIndex = this.at;
    return expression.exec(this.source)?.[0];
  }

  private escape(): string {
    const text = this.match(ESCAPE) ?? '\\';
    if (UNKNOWN_ESCAPES.includes(text[1] ?? 'G')) throw unsupported(`${text} in a split pattern`);
    this.at += text.length;
    return text;
  }

  /** A class with its nested classes; a `]` that comes first is a member. */
  private characterClass(): string {
    const start = this.at;
    let depth = 0;
    do {
      const character = this.source[this.at];
      if (character === undefined) throw unsupported('a split pattern with an open character class');
      if (character === '\\') this.escape();
      else this.at++;
      if (character === '[') {
        depth++;
        if (this.source[this.at] === '^') this.at++;
        if (this.source[this.at] === ']') this.at++;
      } else if (character === ']') depth--;
    } while (depth > 0);
    const text = this.source.slice(start, this.at);
    return this.folds ? this.foldedClass(text) : text;
  }

  private foldedClass(text: string): string {
    if (text.includes('&&')) throw unsupported(`${text} without case in a split pattern`);
    const negation = text[1] === '^' ? '^' : '';
    const members = text.slice(1 + negation.length);
    const holds = this.translate(`[${members}`);
    const has = (letter: string): boolean => new RegExp(holds.source, 'u').test(letter);
    return `[${negation}${has('s') || has('S') ? LONG_S : ''}${has('k') || has('K') ? KELVIN : ''}${members}`;
  }

  private folded(character: string, previousLetter: string): string {
    const lower = character.toLowerCase();
    if (character > '\x7f' && (lower !== character || character.toUpperCase() !== character)) throw unsupported(`"${character}" without case in a split pattern`);
    if (FOLDING_PAIRS.has(previousLetter + lower)) throw unsupported(`"${previousLetter}${lower}" without case in a split pattern`);
    this.previousLetter = lower;
    if (lower === 's') return `[s${LONG_S}]`;
    return lower === 'k' ? `[k${KELVIN}]` : character;
  }

  private open(): void {
    const text = this.match(KNOWN_GROUP);
    if (text === undefined) throw unsupported(`"${this.source.slice(this.at, this.at + 4)}" in a split pattern`);
    const atomic = text === '(?>' ? `_${++this.names}` : '';
    this.groups.push({ outStart: this.out.length, folds: this.folds, atomic });
    this.folds ||= text === '(?i:';
    this.atomStart = -1;
    this.out += atomic === '' ? text : `(?:(?=(?<${atomic}>`;
    this.at += text.length;
  }

  private close(): void {
    const group = this.groups.pop();
    if (group === undefined) throw unsupported('a split pattern with unbalanced parentheses');
    this.take(')');
    if (group.atomic !== '') this.out += `)\\k<${group.atomic}>)`;
    this.atomStart = group.outStart;
    this.folds = group.folds;
  }

  private quantifier(character: string): void {
    this.take(character);
    if (this.source[this.at] === '?') this.take('?');
    else if (this.source[this.at] === '+' && this.atomStart >= 0) {
      const name = `_${++this.names}`;
      this.out = `${this.out.slice(0, this.atomStart)}(?:(?=(?<${name}>${this.out.slice(this.atomStart)}))\\k<${name}>)`;
      this.at++;
    }
  }

  /** `{n}+` is a repetition of `{n}` in Ruby's syntax, as the library knows; so is `{n}?`, which it does not. */
  private interval(): void {
    const text = this.match(INTERVAL);
    if (text === undefined || this.atomStart < 0) {
      this.at++;
      this.atom('\\{');
      return;
    }
    this.take(text);
    if (this.source[this.at] !== '?') return;
    if (!text.includes(',')) throw unsupported(`"${text}?" in a split pattern`);
    this.take('?');
  }
}

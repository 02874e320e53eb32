/** Text from a document inside Markdown, shown as it is and never interpreted. */

const NAMES: Readonly<Record<string, string>> = { '\n': '⏎', '\r': '␍', '\t': '⇥' };

/** White space at the ends and control characters as signs, so that a token's real text can be seen. */
export function visibleText(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (sign) => NAMES[sign] ?? '·').replace(/^ +| +$/g, (spaces) => '␣'.repeat(spaces.length));
}

/** A code span; its fence is longer than any run of back ticks inside (CommonMark 6.1). */
export function codeSpan(text: string): string {
  const shown = visibleText(text);
  if (shown === '') return '';
  const longest = Math.max(0, ...Array.from(shown.matchAll(/`+/g), (run) => run[0].length));
  const fence = '`'.repeat(longest + 1);
  const space = shown.startsWith('`') || shown.endsWith('`') ? ' ' : '';
  return `${fence}${space}${shown}${space}${fence}`;
}

/** Plain words (a model's name, a path) with everything that Markdown or HTML would read escaped. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|~<>$&]/g, (sign) => (sign === '<' ? '&lt;' : sign === '>' ? '&gt;' : sign === '&' ? '&amp;' : `\\${sign}`)).replace(/\s+/g, ' ');
}

import type { CliTrace } from './cli.js';
import { meanCounts } from './cli.js';

/** A number drawn into a line, and where: after how many characters of it. */
export interface Mark {
  readonly line: string;
  readonly after: number;
  readonly text: string;
}

/** Where the numbers of a run stand when the text is drawn: after each token that can be seen, white space left out. */
export function expectedMarks(text: string, runs: readonly CliTrace[]): Mark[] {
  const counts = runs.map(meanCounts);
  return (runs[0]?.tokens ?? []).flatMap(({ start, end }, t) => {
    const seen = text.slice(start, end).trimEnd();
    if (seen.trim() === '') return [];
    const at = start + seen.length;
    const lineStart = text.lastIndexOf('\n', at - 1) + 1;
    const lineEnd = text.indexOf('\n', at);
    return [{ line: text.slice(lineStart, lineEnd < 0 ? undefined : lineEnd), after: at - lineStart, text: counts.map((each) => each[t].toFixed(1)).join('|') }];
  });
}

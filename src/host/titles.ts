/** What an analysed text is called. */

/** Lines as people count them, from 1, both inclusive. */
export interface LineRange {
  readonly first: number;
  readonly last: number;
}

/** More selections than these are counted, not listed. */
const LISTED = 3;

/** "prompt.md:3-9", "prompt.md:3, 7-8 (2 selections as one text)"; without ranges the whole document, "prompt.md". */
export function textTitle(fileName: string, ranges: readonly LineRange[]): string {
  if (ranges.length === 0) return fileName;
  const listed = ranges.slice(0, LISTED).map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(', ');
  const more = ranges.length > LISTED ? ', ...' : '';
  return `${fileName}:${listed}${more}${ranges.length === 1 ? '' : ` (${ranges.length} selections as one text)`}`;
}

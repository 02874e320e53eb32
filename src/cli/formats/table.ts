/** Columns of text under their headings, each as wide as its longest cell; control characters of a cell are made visible, so that no file name can move the cursor. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map(printable));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => length(row[column] ?? ''))));
  const pad = (cell: string, column: number): string => (column === head.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - length(cell)));
  return cells.map((row) => `${row.map(pad).join('  ').trimEnd()}\n`).join('');
}

/** In code points: close enough to columns for names of models. */
const length = (cell: string): number => Array.from(cell).length;

const printable = (cell: string): string => cell.replace(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd');

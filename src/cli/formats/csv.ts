import { formatPolicy } from '../../routing/policy.js';
import type { Trace } from '../../trace/trace.js';
import { tokenRows } from './tokenRows.js';

/** RFC 4180; a cell that a spreadsheet would take for a formula is put behind an apostrophe. */
function cell(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const line = (cells: readonly (string | number | undefined)[]): string => `${cells.map(cell).join(',')}\r\n`;

/** The first line: policy,token,id,start,end,text,surprisal,mean_experts,layer_N... */
export const csvHead = (trace: Trace): string =>
  line(['policy', 'token', 'id', 'start', 'end', 'text', 'surprisal', 'mean_experts', ...trace.layers.map(({ layer }) => `layer_${layer}`)]);

/** A line per token. */
export const csvRows = (trace: Trace): string =>
  tokenRows(trace).map((row) => line([formatPolicy(trace.concrete), row.index, row.id, row.start, row.end, row.text, row.surprisal, row.meanExperts, ...row.counts])).join('');

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

/** One row per policy and token: policy,token,id,start,end,text,surprisal,mean_experts,layer_N... */
export function traceToCsv(traces: readonly Trace[]): string {
  const layers = traces[0]?.layers.map(({ layer }) => `layer_${layer}`) ?? [];
  const rows = traces.flatMap((trace) => tokenRows(trace).map((row) =>
    [formatPolicy(trace.concrete), row.index, row.id, row.start, row.end, row.text, row.surprisal, row.meanExperts, ...row.counts]));
  return [['policy', 'token', 'id', 'start', 'end', 'text', 'surprisal', 'mean_experts', ...layers], ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

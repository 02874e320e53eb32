import { HEAT_LEVELS, heatLevels } from '../../analysis/heat.js';
import { besideText, scoresText } from '../../analysis/modelShape.js';
import { policyLabel } from '../../routing/policy.js';
import type { Trace } from '../../trace/trace.js';
import { surprisalPhrase, tokenRows } from './tokenRows.js';

const escape = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

const STYLE = `body{font:15px/1.9 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1f1f1f;background:#fff}
p.text{white-space:pre-wrap}sub{color:#595959;font-size:.65em;margin:0 .1em}span.t{border-radius:3px}
table{border-collapse:collapse}td,th{padding:.1rem .8rem;text-align:right;border-bottom:1px solid #ddd}
@media(prefers-color-scheme:dark){body{color:#ccc;background:#1f1f1f}sub{color:#a5a5a5}td,th{border-color:#444}}`;

/** The text with the counts of one policy, and its layers. */
export function htmlSection(trace: Trace, text: string): string {
  const rows = tokenRows(trace);
  const levels = heatLevels(rows.map(({ meanExperts }) => meanExperts));
  let at = 0;
  const body = rows.map((row) => {
    const from = Math.max(at, row.start);
    const shown = row.end > from ? text.slice(from, row.end) : '';
    at = Math.max(at, row.end);
    return `<span class="t" style="background:rgba(230,120,20,${((0.55 * levels[row.index]) / (HEAT_LEVELS - 1)).toFixed(2)})" title="token ${row.index}, id ${row.id}">${escape(shown)}<sub>${row.meanExperts.toFixed(1)}</sub></span>`;
  });
  const { model, summary } = trace;
  return `<section><h2>${escape(policyLabel(trace.concrete))} (${trace.simulated ? 'simulated' : 'native'})</h2>
<p>${summary.meanExperts.toFixed(2)} of ${model.experts} experts a token and layer${surprisalPhrase(trace)}, ${rows.length} tokens, ${escape(trace.backend.name)} ${escape(trace.backend.version)}</p>${[besideText(model), scoresText(model)].map((note) => (note === undefined ? '' : `\n<p>${escape(note)}</p>`)).join('')}
<p class="text">${body.join('')}</p>
<table><thead><tr><th scope="col">Layer</th><th scope="col">Mean experts</th></tr></thead><tbody>${trace.layers.map(({ layer }, m) => `<tr><td>${layer}</td><td>${summary.perLayer[m].toFixed(2)}</td></tr>`).join('')}</tbody></table></section>`;
}

/** Begins a page that needs nothing else. */
export function htmlHead({ model }: Trace): string {
  const title = `MoE Lens: ${escape(model.name)}`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title><style>${STYLE}</style></head><body><main><h1>${title}</h1>\n`;
}

export const HTML_END = '</main></body></html>\n';

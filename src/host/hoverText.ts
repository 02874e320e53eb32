/** What the hover on a token says, as Markdown. */
import { countText, fractionText, lacksSurprisal, surprisalText } from '../analysis/labels.js';
import { policyPhrase } from '../analysis/policyLabels.js';
import type { RunAnalysis } from '../analysis/analyze.js';
import type { ExpertUse, LayerDetail, TokenDetail } from '../trace/run.js';
import { codeSpan } from './markdown.js';

/** More experts than these in one cell are counted, not listed. */
const LISTED_EXPERTS = 8;

export interface HoverToken {
  /** The token's text as it stands in the document. */
  readonly text: string;
  readonly token: number;
  readonly runs: readonly RunAnalysis[];
  /** One per run; empty if the engine no longer has them. */
  readonly details: readonly TokenDetail[];
  /** The text was edited after the run. */
  readonly stale: boolean;
}

export function hoverMarkdown({ text, token, runs, details, stale }: HoverToken): string {
  const first = runs[0];
  if (first === undefined) return '';
  const counts = runs.map((run) => `**${countText(run.counts[token] ?? 0)} experts** ${policyPhrase(run.run)}`).join(' · ');
  const detail = details[0];
  const nats = runs.map((run) => surprisalText(run.run.surprisal[token] ?? null)).join(' | ');
  const surprisal = lacksSurprisal(first.meanSurprisal, first.counts.length) ? 'surprisal not computed' : `surprisal ${nats}`.replace('surprisal no surprisal', 'no surprisal');
  const facts = [surprisal, `token ${token + 1} of ${first.counts.length}`, ...(detail === undefined ? [] : [`id ${detail.id}`])];
  const head = `${stale ? 'From before the edit.\n\n' : ''}${codeSpan(text)} ${counts}\n\n${facts.join(' · ')}`;
  return details.length === runs.length ? `${head}\n\n${table(runs, details)}` : `${head}\n\nDetails by layer need a new run.`;
}

/** One row per MoE layer: the experts as "e5 .21/.35" (probability/weight), and the margin; once per run. */
function table(runs: readonly RunAnalysis[], details: readonly TokenDetail[]): string {
  const titles = runs.length === 1 ? ['Experts (probability/weight)'] : runs.map((run) => policyPhrase(run.run));
  const head = `| Layer | ${titles.map((title) => `${title} | Margin`).join(' | ')} |`;
  const rule = `| :-: | ${titles.map(() => (runs.length === 1 ? ':-- | --:' : ':-- | :-:')).join(' | ')} |`;
  const rows = (details[0]?.layers ?? []).map((layer, row) => {
    const cells = details.map((detail) => detail.layers[row]).map((each) => (each === undefined ? ' | ' : `${experts(each)} | ${margin(each)}`));
    return `| ${layer.layer} | ${cells.join(' | ')} |`;
  });
  return [head, rule, ...rows].join('\n');
}

function experts({ selected }: LayerDetail): string {
  const listed = selected.slice(0, LISTED_EXPERTS).map(expert).join(', ');
  const more = selected.length - LISTED_EXPERTS;
  return `**${selected.length}**: ${listed}${more > 0 ? `, ${more} more` : ''}`;
}

function expert(use: ExpertUse): string {
  return `e${use.expert} ${fractionText(use.probability)}${use.weight === undefined ? '' : `/${fractionText(use.weight)}`}`.replaceAll('<', '&lt;');
}

/** A selection that can't flip (all experts) has no margin. */
function margin(layer: LayerDetail): string {
  return fractionText(layer.margin).replaceAll('<', '&lt;');
}

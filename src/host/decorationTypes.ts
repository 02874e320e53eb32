/** How marks look: one decoration type per heat level, all in contributed theme colours. */
import * as vscode from 'vscode';
import { HEAT_LEVELS } from '../analysis/heat.js';

export interface DecorationTypes {
  dispose(): void;
  /** By heat level, 0..7. */
  readonly heat: readonly vscode.TextEditorDecorationType[];
  /** Every mark of a text that was edited since. */
  readonly stale: vscode.TextEditorDecorationType;
  /** Where two policies differ the most, beside the heat. */
  readonly difference: vscode.TextEditorDecorationType;
  /** The top spans, in the overview ruler only. */
  readonly ruler: vscode.TextEditorDecorationType;
}

/** From this level on the background is strong, and the number beside it takes the stronger colour. */
const HOT_LEVEL = 4;
/** In high contrast themes: a dotted line below the lower levels, a solid one, a box around the highest. */
const BOX_LEVEL = 6;

/**
 * VS Code has no font size for attachments, and draws a background from where the number before it begins. What
 * follows `none;` goes into the style of the characters themselves, where neither is so. A theme colour is there
 * as a variable.
 */
const style = (...rules: readonly string[]): string => ['none', ...rules].join('; ');
const variable = (name: string): string => `var(--vscode-moeLens-${name})`;
const colour = (name: string): vscode.ThemeColor => new vscode.ThemeColor(`moeLens.${name}`);

/** Small and a little below the line, as in a subscript. */
const SMALL = style('font-size: 0.72em', 'vertical-align: -0.2em', 'font-variant-numeric: tabular-nums');
const MARGIN = '0 0.1em 0 0';

export function createDecorationTypes(): DecorationTypes {
  const heat = Array.from({ length: HEAT_LEVELS }, (_, level) => vscode.window.createTextEditorDecorationType(heatOptions(level)));
  const stale = vscode.window.createTextEditorDecorationType({
    ...closed(),
    after: { color: colour('staleForeground'), margin: MARGIN, textDecoration: SMALL, fontStyle: 'italic' },
  });
  const difference = vscode.window.createTextEditorDecorationType({ ...closed(), textDecoration: style(`outline: 1px solid ${variable('differenceBorder')}`) });
  const ruler = vscode.window.createTextEditorDecorationType({ ...closed(), overviewRulerColor: colour('overviewRuler'), overviewRulerLane: vscode.OverviewRulerLane.Right });
  const all = [...heat, stale, difference, ruler];
  return { heat, stale, difference, ruler, dispose: () => all.forEach((type) => type.dispose()) };
}

/** Text typed at the edge of a mark does not belong to it. */
function closed(): vscode.DecorationRenderOptions {
  return { rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed };
}

/** Level 0 is the number alone. The border's colour is transparent but in high contrast themes. */
function heatOptions(level: number): vscode.DecorationRenderOptions {
  const after = { color: colour(level >= HOT_LEVEL ? 'hotCountForeground' : 'countForeground'), margin: MARGIN, textDecoration: SMALL };
  if (level === 0) return { ...closed(), after };
  const border = level >= BOX_LEVEL ? 'outline: 1px solid' : `border-bottom: 1px ${level >= HOT_LEVEL ? 'solid' : 'dotted'}`;
  return {
    ...closed(),
    after: { ...after, backgroundColor: colour(`heat${level}`) },
    textDecoration: style(`background-color: ${variable(`heat${level}`)}`, `${border} ${variable('heatBorder')}`),
  };
}

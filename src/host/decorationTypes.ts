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

/**
 * VS Code has no font size for attachments; what follows the semicolon goes into the style sheet as it stands.
 * Small and a little below the line, as in a subscript.
 */
const SMALL = 'none; font-size: 0.72em; vertical-align: -0.2em; font-variant-numeric: tabular-nums';
const MARGIN = '0 0.15em 0 0.15em';

const colour = (name: string): vscode.ThemeColor => new vscode.ThemeColor(`moeLens.${name}`);

export function createDecorationTypes(): DecorationTypes {
  const heat = Array.from({ length: HEAT_LEVELS }, (_, level) => vscode.window.createTextEditorDecorationType(heatOptions(level)));
  const stale = vscode.window.createTextEditorDecorationType({
    ...closed(),
    after: { color: colour('staleForeground'), margin: MARGIN, textDecoration: SMALL, fontStyle: 'italic' },
  });
  const difference = vscode.window.createTextEditorDecorationType({
    ...closed(),
    border: '1px solid',
    borderColor: colour('differenceBorder'),
    borderRadius: '2px',
  });
  const ruler = vscode.window.createTextEditorDecorationType({ ...closed(), overviewRulerColor: colour('overviewRuler'), overviewRulerLane: vscode.OverviewRulerLane.Right });
  const all = [...heat, stale, difference, ruler];
  return { heat, stale, difference, ruler, dispose: () => all.forEach((type) => type.dispose()) };
}

/** Text typed at the edge of a mark does not belong to it. */
function closed(): vscode.DecorationRenderOptions {
  return { rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed };
}

/** Level 0 is the number alone. High contrast themes draw a border (the lower levels dotted), in the others it is transparent. */
function heatOptions(level: number): vscode.DecorationRenderOptions {
  const after = { color: colour(level >= HOT_LEVEL ? 'hotCountForeground' : 'countForeground'), margin: MARGIN, textDecoration: SMALL };
  if (level === 0) return { ...closed(), after };
  return {
    ...closed(),
    after,
    backgroundColor: colour(`heat${level}`),
    border: level < HOT_LEVEL ? '1px dotted' : '1px solid',
    borderColor: colour('heatBorder'),
    borderRadius: '2px',
  };
}
